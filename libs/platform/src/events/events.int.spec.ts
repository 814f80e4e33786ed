import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventOf } from '@btcforecast/contracts';
import { hasRedis, describeWhen, testDatabase, testRedis, waitFor } from '@btcforecast/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { LogLines } from '../rpc/rpc.fixture.js';
import { createEventBus } from './create-event-bus.js';
import type { EventBus } from './event-bus.js';

type Gap = EventOf<'gap.opened'>;
const gap = (gapId: string): Gap => ({ feed: 'demo', instrument: 'BTC-USD', venue: 'demo', gapId });
const soon = (what: string) => ({ deadlineMs: 15_000, what });

interface Transport {
  options(): { databaseUrl: string; redisUrl?: string };
  /** Cuts all connections of the buses; they may come back at once. */
  cut(): Promise<void>;
  /** Sends text as a stranger would. */
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

async function postgres(): Promise<Transport> {
  const database = await testDatabase({ migrated: false });
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  return {
    options: () => ({ databaseUrl: database.url }),
    cut: async () => {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    },
    send: async (text) => {
      await admin.query(`SELECT pg_notify('btcforecast_events', $1)`, [text]);
    },
    close: async () => {
      await admin.end();
      await database.drop();
    },
  };
}

async function redis(): Promise<Transport> {
  const server = await testRedis();
  const admin = new Redis(server.url);
  return {
    options: () => ({ databaseUrl: 'postgres://unused/unused', redisUrl: server.url }),
    cut: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    send: async (text) => {
      await admin.publish('btcforecast:events', text);
    },
    close: async () => {
      await admin.quit();
      await server.close();
    },
  };
}

function suite(start: () => Promise<Transport>): void {
  let transport: Transport;
  let log = new LogLines();
  const buses: EventBus[] = [];

  beforeAll(async () => {
    transport = await start();
  });
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    log = new LogLines();
  });
  afterAll(() => transport.close());

  async function bus(onLost?: (name: string) => void): Promise<EventBus> {
    const made = createEventBus({
      ...transport.options(),
      logger: log.logger,
      ...(onLost ? { onLost } : {}),
    });
    buses.push(made);
    await waitFor(() => made.flowing, soon('events flow'));
    return made;
  }

  it('brings an event to every subscriber in every process, in order', async () => {
    const [sender, receiver] = [await bus(), await bus()];
    const seen: [string, string][] = [];
    sender.subscribe('gap.opened', ({ gapId }) => void seen.push(['own', gapId]));
    receiver.subscribe('gap.opened', ({ gapId }) => void seen.push(['other', gapId]));
    receiver.subscribe('gap.closed', () => void seen.push(['wrong', '']));
    for (const id of ['1', '2', '3']) await sender.publish('gap.opened', gap(id));
    await waitFor(() => seen.length === 6, soon('six deliveries'));
    expect(seen.filter(([who]) => who === 'other').map(([, id]) => id)).toEqual(['1', '2', '3']);
  });

  it('does not let a handler that fails stop others', async () => {
    const events = await bus();
    const seen: string[] = [];
    events.subscribe('gap.opened', () => {
      throw new Error('at once');
    });
    events.subscribe('gap.opened', () => Promise.reject(new Error('later')));
    events.subscribe('gap.opened', ({ gapId }) => void seen.push(gapId));
    await events.publish('gap.opened', gap('x'));
    await waitFor(() => seen.length === 1, soon('the delivery'));
    const failures = log.lines.filter(({ message }) => message === 'event handler failed');
    expect(failures).toHaveLength(2);
  });

  it('delivers nothing after unsubscribing', async () => {
    const events = await bus();
    const seen: string[] = [];
    events.subscribe('gap.opened', ({ gapId }) => void seen.push(`stopped ${gapId}`)).unsubscribe();
    events.subscribe('gap.opened', ({ gapId }) => void seen.push(gapId));
    await events.publish('gap.opened', gap('y'));
    await waitFor(() => seen.length > 0, soon('the delivery'));
    expect(seen).toEqual(['y']);
  });

  it('drops what is not an event, logs it, and goes on', async () => {
    const events = await bus();
    const seen: string[] = [];
    events.subscribe('gap.opened', ({ gapId }) => void seen.push(gapId));
    const nonsense = [
      '',
      '{',
      'null',
      '{"name":"__proto__","payload":{}}',
      '{"name":"gap.opened","payload":{"gapId":1}}',
    ];
    for (const text of nonsense) await transport.send(text);
    await events.publish('gap.opened', gap('z'));
    await waitFor(() => seen.length > 0, soon('the delivery'));
    expect(seen).toEqual(['z']);
    expect(log.lines.filter(({ message }) => message === 'event dropped: not understood')).toHaveLength(
      nonsense.length,
    );
  });

  it('refuses a payload that breaks the schema or is too long', async () => {
    const events = await bus();
    await expect(events.publish('gap.opened', { gapId: 1 } as never)).rejects.toMatchObject({ kind: 'bug' });
    await expect(events.publish('gap.opened', gap('ä'.repeat(4_000)))).rejects.toMatchObject({ kind: 'bug' });
    await expect(events.publish('gap.opened', gap('a'.repeat(7_700)))).resolves.toBeUndefined();
  });

  it('comes back after a cut, tells subscribers to read again, and delivers anew', async () => {
    const [sender, receiver] = [await bus(), await bus()];
    let connects = 0;
    const seen: string[] = [];
    receiver.onConnect(() => void (connects += 1));
    receiver.subscribe('gap.opened', ({ gapId }) => void seen.push(gapId));
    await waitFor(() => connects === 1, soon('onConnect is called at once'));
    await transport.cut();
    await waitFor(() => connects === 2, soon('the reconnect'));
    await waitFor(async () => {
      await sender.publish('gap.opened', gap('after'));
      return seen.length > 0;
    }, soon('a delivery after the cut'));
    expect(seen[0]).toBe('after');
  });

  it('loses an event, counts it and does not reject, when the transport is away', async () => {
    const lost: string[] = [];
    const events = createEventBus({
      databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
      ...(transport.options().redisUrl ? { redisUrl: 'redis://127.0.0.1:1' } : {}),
      logger: log.logger,
      onLost: (name) => lost.push(name),
    });
    buses.push(events);
    await events.publish('gap.opened', gap('nobody hears'));
    expect(lost).toEqual(['gap.opened']);
    expect(events.flowing).toBe(false);
  });
}

describe('events on PostgreSQL', () => suite(postgres));
describeWhen(hasRedis(), 'redis-server is not installed')('events on Redis', () => suite(redis));
