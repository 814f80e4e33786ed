import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, StreamTicketReply, WsMessage } from '@btcforecast/contracts';
import { ApiKeyEntity } from '@btcforecast/database';
import { waitFor } from '@btcforecast/testing';
import { received } from '../../testing/stream-clients.js';
import { startStreamFixture, type StreamFixture } from '../../testing/stream-fixture.js';
import type { WsClient } from '../../testing/ws-client.js';

let fixture: StreamFixture;
const IN_TIME = { deadlineMs: 15_000 };

beforeAll(async () => {
  fixture = await startStreamFixture({
    GATEWAY_STREAM_HEARTBEAT_SECONDS: '1',
    GATEWAY_STREAM_RECHECK_SECONDS: '1',
    GATEWAY_CORS_ORIGINS: 'https://app.example.com, https://other.example.com',
  });
});
afterEach(() => fixture.disconnect());
afterAll(() => fixture.close());

async function subscribed(question: object = {}, client?: WsClient): Promise<WsClient> {
  const one = client ?? (await fixture.ws());
  const before = one.of('subscribed').length;
  one.send({ op: 'subscribe', id: `s${before}`, ...question });
  await waitFor(() => one.of('subscribed').length > before, { ...IN_TIME, what: 'it is subscribed' });
  return one;
}

/** The first line of the answer to an upgrade of a path that is no WebSocket, on a connection that is then used again. */
function upgradeOf(path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(fixture.gateway.port, '127.0.0.1');
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  socket.write([`GET ${path} HTTP/1.1`, 'Host: x', ...upgrade, '', ''].join('\r\n'));
  socket.once('data', (bytes: Buffer) => {
    resolve(bytes.toString().split('\r\n')[0]!);
    socket.destroy();
  });
  socket.once('error', reject);
  return promise;
}

const closed = (client: WsClient) => waitFor(() => client.closed, { ...IN_TIME, what: 'it is closed' });
const problemsOf = (client: WsClient) => client.of('error').map(({ id, problem }) => [id, problem.code]);

describe('a WebSocket', () => {
  it('gives to each subscription what it asked for, as the contract says, until it ends', async () => {
    const client = await subscribed({ type: ['price'] });
    await subscribed({ type: ['forecast'], horizon: ['1h'] }, client);
    await fixture.market.candle(11);
    await fixture.market.forecast('24h');
    await fixture.market.forecast('1h');
    await waitFor(() => client.of('event').length === 2, { ...IN_TIME, what: 'two events' });
    client.send({ op: 'unsubscribe', id: 'u', subscription: '1' });
    await waitFor(() => client.of('unsubscribed').length === 1, { ...IN_TIME, what: 'one has ended' });
    await fixture.market.candle(12);
    await fixture.market.forecast('1h');
    await waitFor(() => client.of('event').length === 3, { ...IN_TIME, what: 'one more event' });
    for (const message of client.messages) expect(WsMessage.parse(message)).toEqual(message);
    const got = client.of('event').map(({ subscription, event }) => [subscription, event.type]);
    expect(got.sort()).toEqual([
      ['1', 'price'],
      ['2', 'forecast'],
      ['2', 'forecast'],
    ]);
    expect(client.closes()).toEqual([11]);
  });

  it('answers what it cannot obey with problems, by id, and goes on', async () => {
    const client = await fixture.ws('', { key: await fixture.addKey({ horizons: ['1h'] }) });
    client.send('{');
    client.send({ op: 'dance', id: 'a' });
    client.send({ op: 'subscribe', id: 'b', horizon: ['24h'] });
    client.send({ op: 'subscribe', id: 'c', instrument: ['XRP-USD'] });
    client.send({ op: 'unsubscribe', id: 'd', subscription: '9' });
    client.socket.send(Buffer.from([1, 2, 3]));
    client.send({ op: 'ping', id: 'e' });
    await waitFor(() => client.of('pong').length === 1, { ...IN_TIME, what: 'a pong' });
    expect(problemsOf(client)).toEqual(
      expect.arrayContaining([
        [null, 'request.invalid'],
        ['a', 'request.invalid'],
        ['b', 'access.forbidden'],
        ['c', 'instrument.unknown'],
        ['d', 'stream.subscription_unknown'],
        [null, 'request.invalid'],
      ]),
    );
    expect(problemsOf(client)).toHaveLength(6);
    await subscribed({ horizon: ['1h'] }, client);
  });

  it('has so many subscriptions and no more', async () => {
    const client = await fixture.ws();
    for (let i = 1; i <= 51; i += 1) client.send({ op: 'subscribe', id: String(i) });
    await received(client, 51);
    expect(client.of('subscribed')).toHaveLength(50);
    expect(problemsOf(client)).toEqual([['51', 'stream.limit_reached']]);
  });

  it('is closed on whoever sends too much, or too much at once', async () => {
    const [large, many] = [await fixture.ws(), await fixture.ws()];
    large.send({ op: 'ping', id: 'x'.repeat(5_000) });
    for (let i = 0; i < 150; i += 1) many.send({ op: 'ping', id: String(i) });
    await Promise.all([closed(large), closed(many)]);
    expect(large.closed?.code).toBe(1009);
    expect(many.closed).toEqual({ code: 4429, reason: 'too_many_messages' });
    expect(many.of('closing')).toMatchObject([{ reason: 'too_many_messages', retryMs: 5_000 }]);
  });

  it('that is silent says where it stands, and leaves a peer that does not answer', async () => {
    const client = await subscribed({ type: ['gap'] });
    const every = await subscribed();
    await fixture.market.candle(1);
    await waitFor(() => every.of('event').length === 1, { ...IN_TIME, what: 'an event' });
    const { id } = every.of('event')[0]!.event;
    await waitFor(() => client.of('heartbeat').some(({ cursor }) => cursor === id) && client.pings > 0, {
      ...IN_TIME,
      what: 'a heartbeat with the number of an event that was not for this client',
    });
    const dead = connect(fixture.gateway.port, '127.0.0.1');
    dead.on('error', () => undefined);
    const head = ['GET /v1/ws HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: MDEyMzQ1Njc4OUFCQ0RFRg=='];
    dead.write([...head, ...key, `Authorization: Bearer ${fixture.key}`, '', ''].join('\r\n'));
    dead.resume(); // it reads, and never answers a ping
    await waitFor(() => dead.closed, { ...IN_TIME, what: 'the dead one is left' });
  });

  it('is refused before it becomes one: no key, no such right, no upgrade, a wrong query', async () => {
    const scopes = ['market:read'] as const;
    const refused = async (query: string, options: object) => {
      const { refused: answer } = await fixture.ws(query, options);
      return [answer?.status, Problem.parse(JSON.parse(answer?.body ?? '')).code];
    };
    expect(await refused('', { key: null })).toEqual([401, 'access.unauthenticated']);
    expect(await refused('', { key: await fixture.addKey({ scopes }) })).toEqual([403, 'access.forbidden']);
    expect(await refused(`?key=${fixture.key}`, { key: null })).toEqual([401, 'access.unauthenticated']);
    expect(await refused('?topic=prices', {})).toEqual([400, 'request.invalid']);
    const plain = await fixture.get('/v1/ws');
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
    expect(Problem.parse(await plain.json()).code).toBe('stream.upgrade_required');
    expect(await upgradeOf('/health/live')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is opened by pages of our own origin and of those that are allowed, and by no others', async () => {
    const from = async (origin: string) => {
      const client = await fixture.ws('', { headers: { origin } });
      return client.refused ? Problem.parse(JSON.parse(client.refused.body)).code : 'open';
    };
    expect(await from('https://other.example.com')).toBe('open');
    expect(await from(fixture.url)).toBe('open');
    for (const origin of ['https://evil.example.com', 'https://app.example.com.evil.com', 'null', 'x']) {
      expect([origin, await from(origin)]).toEqual([origin, 'stream.origin_refused']);
    }
  });
});

describe('a ticket', () => {
  const issue = async (): Promise<string> => {
    const reply = await fixture.get('/v1/stream/tickets', {}, { method: 'POST' });
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([201, 'no-store']);
    return StreamTicketReply.parse(await reply.json()).ticket;
  };

  it('opens one stream, once, at any gateway, with the rights of whoever asked for it', async () => {
    const [first, second] = [await issue(), await issue()];
    const client = await fixture.ws(`?ticket=${first}`, { key: null });
    expect(client.refused).toBeUndefined();
    const again = await fixture.ws(`?ticket=${first}`, { key: null });
    expect(again.refused?.status).toBe(401);
    const races = await Promise.all(
      Array.from({ length: 8 }, () => fixture.sse(`?ticket=${second}`, { key: null })),
    );
    expect(races.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
  });

  it('is good for half a minute, and for streams only', async () => {
    const [old, other] = [await issue(), await issue()];
    await fixture.dataSource.query(`UPDATE stream_tickets SET expires_at = now() - interval '1 ms'`);
    expect((await fixture.sse(`?ticket=${old}`, { key: null })).status).toBe(401);
    expect((await fetch(`${fixture.url}/v1/instruments?ticket=${other}`)).status).toBe(401);
    for (const text of ['', 'x', 'btcf_ticket_', fixture.key, `${'btcf_ticket_'}${'A'.repeat(43)}`]) {
      expect((await fixture.sse(`?ticket=${text}`, { key: null })).status).toBe(401);
    }
  });

  it('like a WebSocket with a key does not outlive that key, and is nowhere in the log', async () => {
    const key = await fixture.addKey({});
    const headers = { authorization: `Bearer ${key}` };
    const reply = await fixture.get('/v1/stream/tickets', headers, { method: 'POST' });
    const { ticket } = StreamTicketReply.parse(await reply.json());
    const clients = [await fixture.ws(`?ticket=${ticket}`, { key: null }), await fixture.ws('', { key })];
    const keys = fixture.dataSource.getRepository(ApiKeyEntity);
    await keys.update(key.slice(5, 17), { revokedAt: new Date() });
    for (const client of clients) {
      await closed(client);
      expect(client.of('closing')).toMatchObject([{ reason: 'credentials_ended' }]);
      expect(client.closed).toEqual({ code: 4401, reason: 'credentials_ended' });
    }
    expect(fixture.log.text).toContain('/v1/ws');
    expect(fixture.log.text).not.toContain(ticket.slice(12));
  });
});

describe('a client that does not keep up', () => {
  /** Asks seldom whether anybody is there: a client that reads nothing answers no ping either. */
  let patient: Awaited<ReturnType<StreamFixture['second']>>;
  beforeAll(async () => {
    const changes = { GATEWAY_STREAM_HEARTBEAT_SECONDS: 60, GATEWAY_STREAM_STALL_SECONDS: 3 };
    patient = await fixture.second(changes);
  });
  const prices = async (more: object = {}): Promise<WsClient> =>
    subscribed({ type: ['price'], ...more }, await fixture.ws('', { url: patient.url }));

  it('and wants everything is sent away with a cursor, and resumes there without loss', async () => {
    const slow = await prices();
    const other = await prices();
    slow.socket.pause();
    await fixture.market.events(300, 50_000); // more than the buffers of both ends take
    await waitFor(() => other.of('event').length === 300, { ...IN_TIME, what: 'the other has all' });
    const { internalPort } = patient;
    await waitFor(
      async () =>
        /^streams_closed_total\{transport="ws",reason="slow_consumer".* [1-9]$/m.test(
          await (await fetch(`http://127.0.0.1:${internalPort}/metrics`)).text(),
        ),
      { ...IN_TIME, what: 'the slow one is sent away' },
    );
    slow.socket.resume();
    await closed(slow);
    const [last] = slow.of('closing');
    const ids = slow.of('event').map(({ event }) => event.id);
    expect(slow.closed).toEqual({ code: 4408, reason: `slow_consumer ${ids.at(-1)}` });
    expect(last).toMatchObject({
      reason: 'slow_consumer',
      cursor: ids.at(-1),
      subscriptions: [{ subscription: '1', cursor: ids.at(-1) }],
    });
    const all = [...ids];
    // On a busy machine it may be slow again.
    while (all.length < 300) {
      const again = await prices({ cursor: all.at(-1) });
      await waitFor(() => again.closed ?? again.of('event').length === 300 - all.length, {
        ...IN_TIME,
        what: 'the rest',
      });
      all.push(...again.of('event').map(({ event }) => event.id));
    }
    expect(all).toEqual(other.of('event').map(({ event }) => event.id));
  });

  it('and wants the latest misses some, never the last of anything, and stays', async () => {
    const slow = await prices({ conflate: 'latest' });
    const other = await prices();
    slow.socket.pause();
    await fixture.market.events(300, 50_000);
    await fixture.market.candle(77);
    await waitFor(() => other.of('event').length === 301, { ...IN_TIME, what: 'the other has all' });
    slow.socket.resume();
    const newest = other.of('event').at(-1)!.event.id;
    await waitFor(() => slow.of('event').some(({ event }) => event.id === newest), {
      ...IN_TIME,
      what: 'the newest comes',
    });
    expect(slow.of('event').length).toBeLessThan(301);
    expect(slow.closed).toBeUndefined();
    const ids = slow.of('event').map(({ event }) => Number(event.id.split('-')[0]));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(slow.closes()).toContain(77);
  });

  it('or comes back too late is told to read anew by REST', async () => {
    const client = await subscribed({ cursor: '999999-00000000' });
    await waitFor(() => client.of('reset').length === 1, { ...IN_TIME, what: 'a reset' });
    const [{ cursor, reason, subscription }] = client.of('reset') as [
      ReturnType<typeof client.of<'reset'>>[0],
    ];
    expect([reason, subscription]).toEqual(['unknown', '1']);
    expect(client.of('subscribed')[0]?.cursor).toBe(cursor);
  });
});
