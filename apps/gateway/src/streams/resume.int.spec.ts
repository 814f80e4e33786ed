import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, StreamClosing, StreamReset } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import fc from 'fast-check';
import type { SseClient, SseMessage } from '../testing/sse-client.js';
import { received } from '../testing/stream-clients.js';
import { startStreamFixture, type StreamFixture } from '../testing/stream-fixture.js';

let fixture: StreamFixture;
const IN_TIME = { deadlineMs: 15_000 };

beforeAll(async () => {
  fixture = await startStreamFixture();
});
afterEach(async () => {
  fixture.disconnect();
  await fixture.closeOthers();
});
afterAll(() => fixture.close());

describe('a client that comes back', () => {
  it('gets what it missed, by header or by query, then goes on', async () => {
    const { market } = fixture;
    const first = await fixture.sse();
    for (const close of [1, 2, 3]) await market.candle(close);
    await received(first, 3);
    first.close();
    for (const close of [4, 5]) await market.candle(close);
    const lastEventId = first.messages[1]!.id;
    const byHeader = await fixture.sse('', { headers: { 'last-event-id': lastEventId } });
    const byQuery = await fixture.sse(`?lastEventId=${lastEventId}`);
    for (const client of [byHeader, byQuery]) await received(client, 3);
    await market.candle(6);
    for (const client of [byHeader, byQuery]) {
      await received(client, 4);
      expect(client.closes).toEqual([3, 4, 5, 6]);
    }
  });

  it('goes on at another gateway, and at one that was started since, with the same numbers', async () => {
    const { market } = fixture;
    const first = await fixture.sse();
    const second = await fixture.second();
    for (const close of [1, 2, 3]) await market.candle(close);
    await received(first, 3);
    const headers = { 'last-event-id': first.messages[0]!.id };
    const other = await fixture.sse('', { url: second.url, headers });
    await received(other, 2);
    await second.close();
    const third = await fixture.second();
    const again = await fixture.sse('', { url: third.url, headers });
    await received(again, 2);
    for (const client of [other, again]) {
      expect(client.messages.slice(0, 2).map(({ id }) => id)).toEqual(
        first.messages.slice(1).map(({ id }) => id),
      );
    }
  });

  it('when it is gone for good leaves nothing behind', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => fixture.sse()));
    const open = async () => {
      const text = await (await fetch(`http://127.0.0.1:${fixture.gateway.internalPort}/metrics`)).text();
      return Number(/^streams_open\{.*sse.* (\d+)$/m.exec(text)?.[1]);
    };
    await waitFor(async () => (await open()) === 20, { ...IN_TIME, what: '20 are open' });
    for (const client of clients) client.close();
    await waitFor(async () => (await open()) === 0, { ...IN_TIME, what: 'none is' });
  });
});

describe('a gateway that shuts down', () => {
  it('tells its streams to come back, each at a time of its own, and closes them', async () => {
    const second = await fixture.second({ SHUTDOWN_DRAIN_MS: 200 });
    const clients = await Promise.all(Array.from({ length: 12 }, () => fixture.sse('', { url: second.url })));
    const socket = await fixture.ws('', { url: second.url });
    socket.send({ op: 'subscribe', id: 'a' });
    await received(socket, 1);
    await fixture.market.candle(1);
    for (const client of clients) await received(client, 1);
    const closing = second.close();
    await delay(50);
    expect(clients.some(({ ended }) => ended)).toBe(false); // a load balancer needs its time to notice
    await closing;
    await waitFor(() => clients.every(({ ended }) => ended) && socket.closed, {
      ...IN_TIME,
      what: 'all are closed',
    });
    for (const { messages } of clients) {
      expect(messages.at(-1)?.event).toBe('closing');
      const last = { reason: 'shutdown', cursor: messages[0]!.id };
      expect(StreamClosing.parse(messages.at(-1)?.data)).toMatchObject(last);
    }
    expect(new Set(clients.map(({ retryMs }) => retryMs)).size).toBeGreaterThan(6);
    expect(socket.of('closing')).toMatchObject([{ reason: 'shutdown', cursor: clients[0]!.messages[0]!.id }]);
    expect(socket.closed?.code).toBe(1001);
  });
});

describe('what is bounded', () => {
  it('is the number of streams of a tenant and of a process, with room again when one ends', async () => {
    const second = await fixture.second({ GATEWAY_STREAMS_PER_TENANT: 2, GATEWAY_STREAMS: 3 });
    const { url } = second;
    const first = await fixture.sse('', { url });
    await fixture.ws('', { url });
    const third = await fixture.sse('', { url });
    expect([third.status, Problem.parse(JSON.parse(third.body)).code]).toEqual([429, 'stream.limit_reached']);
    expect((await fixture.ws('', { url })).refused?.status).toBe(429);
    first.close();
    await waitFor(async () => (await fixture.sse('', { url })).status === 200, {
      ...IN_TIME,
      what: 'there is room again',
    });
    await fixture.dataSource.query(
      `INSERT INTO tenants (id, name) VALUES ('other', 'other'), ('more', 'more')`,
    );
    const other = await fixture.sse('', { url, key: await fixture.addKey({ tenant: 'other' }) });
    expect(other.status).toBe(200);
    const full = await fixture.sse('', { url, key: await fixture.addKey({ tenant: 'more' }) });
    expect([full.status, full.headers['retry-after']]).toEqual([503, '2']);
  });

  it('is what can be resumed: who comes too late is told to read anew by REST', async () => {
    const { url } = await fixture.second({ GATEWAY_STREAM_REPLAY_EVENTS: 1_000 });
    const first = await fixture.sse('', { url });
    await fixture.market.events(1_100, 10);
    await received(first, 1_100);
    const [one, last] = [first.messages[0]!.id, first.messages[1_099]!.id];
    for (const [id, reason] of [
      [one, 'too_old'],
      [last.replace(/-.*/, '-00000000'), 'unknown'],
      ['999999-00000000', 'unknown'],
      ['what a proxy left of it', 'unknown'],
    ]) {
      const client = await fixture.sse('', { url, headers: { 'last-event-id': id! } });
      await received(client, 1);
      const { event, data, id: now } = client.messages[0]!;
      expect([event, StreamReset.parse(data), now]).toEqual(['reset', { reason, cursor: last }, last]);
    }
  });
});

/** Somebody who loses connections and comes back, here or there, and writes down what came. */
class Wanderer {
  readonly #visits: SseClient[] = [];

  constructor(
    private readonly urls: readonly string[],
    private readonly start: string,
  ) {}

  async visit(place: number): Promise<void> {
    const headers = { 'last-event-id': this.#visits.at(-1)?.lastEventId ?? this.start };
    this.#visits.push(await fixture.sse('?type=price', { url: this.urls[place]!, headers }));
  }

  leave(): void {
    this.#visits.at(-1)?.close();
  }

  get messages(): SseMessage[] {
    return this.#visits.flatMap(({ messages }) => messages);
  }
}

describe('two hundred streams', () => {
  it('each get every event once and in order, whatever the transport', async () => {
    const sse = await Promise.all(Array.from({ length: 100 }, () => fixture.sse('?type=price')));
    const ws = await Promise.all(Array.from({ length: 100 }, () => fixture.ws()));
    for (const client of ws) client.send({ op: 'subscribe', id: '1', type: ['price'] });
    await waitFor(() => ws.every((client) => client.of('subscribed').length === 1), {
      ...IN_TIME,
      what: 'all are subscribed',
    });
    const closes = Array.from({ length: 30 }, (_, i) => i + 1);
    for (const close of closes) await fixture.market.candle(close);
    await waitFor(() => [...sse, ...ws].every((client) => client.messages.length >= closes.length), {
      ...IN_TIME,
      what: 'all events at all clients',
    });
    for (const client of sse) expect(client.closes).toEqual(closes);
    for (const client of ws) expect(client.closes()).toEqual(closes);
  });
});

describe('a client that loses its connection at random', () => {
  it('sees each event exactly once and in order, at whichever gateway it comes back', async () => {
    const second = await fixture.second();
    const urls = [fixture.url, second.url];
    const witness = await fixture.sse('?type=price');
    const step = fc.record({ place: fc.nat(1), during: fc.nat(3), between: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const from = witness.messages.length;
        const wanderer = new Wanderer(urls, witness.lastEventId);
        let count = 0;
        for (const { place, during, between } of steps) {
          await wanderer.visit(place);
          for (let i = 0; i < during; i += 1) await fixture.market.candle((count += 1));
          wanderer.leave(); // perhaps before all has come
          for (let i = 0; i < between; i += 1) await fixture.market.candle((count += 1));
        }
        await wanderer.visit(0);
        await fixture.market.candle((count += 1));
        const all = () => witness.messages.slice(from).map(({ id }) => id);
        await waitFor(() => all().length === count, { ...IN_TIME, what: 'the witness has all' });
        await waitFor(() => wanderer.messages.at(-1)?.id === all().at(-1), {
          ...IN_TIME,
          what: 'the wanderer has the last',
        });
        wanderer.leave();
        expect(wanderer.messages.map(({ id }) => id)).toEqual(all());
      }),
      { numRuns: 8 },
    );
  });
});

describe('after the record was replaced, as by a restored backup', () => {
  it('whoever has a stream is told to read anew, and gets what is new', async () => {
    const client = await fixture.sse();
    await fixture.market.candle(1);
    await received(client, 1);
    for (const statement of [
      'DELETE FROM stream_events',
      'DELETE FROM candles',
      'UPDATE stream_heads SET seq = 0',
    ])
      await fixture.dataSource.query(statement);
    await fixture.market.candle(2);
    await received(client, 2);
    expect(client.messages[1]).toMatchObject({ event: 'reset', data: { reason: 'unknown' } });
    await fixture.market.candle(3);
    await waitFor(() => client.closes.includes(3), { ...IN_TIME, what: 'what is new arrives' });
    // The second is in the new record: it comes too when the gateway had noticed before it was entered.
    expect(client.closes.filter((close) => close !== 2)).toEqual([1, 3]);
  });
});
