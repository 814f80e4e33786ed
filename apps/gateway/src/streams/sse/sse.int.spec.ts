import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, StreamClosing, StreamEvent } from '@btcforecast/contracts';
import { ApiKeyEntity } from '@btcforecast/database';
import { waitFor } from '@btcforecast/testing';
import { received } from '../../testing/stream-clients.js';
import { startStreamFixture, type StreamFixture } from '../../testing/stream-fixture.js';
import { FEED } from '../../testing/stream-market.js';

let fixture: StreamFixture;
const IN_TIME = { deadlineMs: 15_000 };
const numberOf = (id: string): number => Number(id.split('-')[0]);

beforeAll(async () => {
  fixture = await startStreamFixture({
    GATEWAY_STREAM_HEARTBEAT_SECONDS: '1',
    GATEWAY_STREAM_STALL_SECONDS: '1',
    GATEWAY_STREAM_RECHECK_SECONDS: '1',
  });
});
afterEach(() => fixture.disconnect());
afterAll(() => fixture.close());

const metrics = async (): Promise<string> =>
  (await fetch(`http://127.0.0.1:${fixture.gateway.internalPort}/metrics`)).text();

describe('an event stream', () => {
  it('tells of prices, forecasts, outcomes and gaps as they happen, as the contract says', async () => {
    const { market } = fixture;
    const client = await fixture.sse();
    await market.candle(101);
    const id = await market.forecast('24h');
    await received(client, 2);
    await market.outcome(id);
    const gap = await market.gap();
    await received(client, 4);
    await market.closeGap(gap, 'repaired');
    await received(client, 5);
    const types = client.messages.map(({ event }) => event);
    expect(types.sort()).toEqual(['forecast', 'gap', 'gap', 'outcome', 'price']);
    for (const { id: eventId, event, data } of client.messages) {
      expect(StreamEvent.parse(data)).toEqual(data);
      expect(data).toMatchObject({ id: eventId, type: event, instrument: 'BTC-USD', source: 'replay' });
    }
    const numbers = client.messages.map((message) => numberOf(message.id));
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
    const of = (type: string) =>
      client.messages.filter(({ event }) => event === type).map(({ data }) => data['data']);
    expect(of('price')).toEqual([expect.objectContaining({ close: 101, venue: FEED })]);
    expect(of('forecast')).toEqual([expect.not.objectContaining({ outcome: expect.anything() })]);
    expect(of('outcome')).toEqual([
      expect.objectContaining({ id, outcome: expect.objectContaining({ state: 'matured', pinball: 40 }) }),
    ]);
    expect(of('gap').map((data) => (data as { state: string }).state)).toEqual(['open', 'repaired']);
  });

  it('has headers that keep caches and proxies from holding it back, and says when to come back', async () => {
    const client = await fixture.sse();
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    });
    expect(client.headers['content-length'] ?? client.headers['content-encoding']).toBeUndefined();
    expect(client.retryMs).toBe(2_000);
    const head = await fixture.get('/v1/stream', {}, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
  });

  it('tells nothing of what clients are not shown: variants and challengers', async () => {
    const client = await fixture.sse();
    await fixture.market.forecast('24h', { canonical: false });
    await fixture.market.forecast('24h', { canonical: false, role: 'challenger' });
    const shown = await fixture.market.forecast('24h');
    await received(client, 1);
    expect(client.messages.map(({ data }) => (data['data'] as { id: string }).id)).toEqual([shown]);
  });

  it('gives what was asked for and nothing else, and says so when there is no such instrument', async () => {
    await fixture.market.open('ETH-USD');
    const one = await fixture.sse('?type=forecast,price&horizon=1h&instrument=ETH-USD');
    const other = await fixture.sse('?type=price&interval=1m');
    const every = await fixture.sse();
    const unknown = await fixture.sse('?instrument=XRP-USD');
    expect([unknown.status, Problem.parse(JSON.parse(unknown.body)).code]).toEqual([
      404,
      'instrument.unknown',
    ]);
    await fixture.market.candle(1);
    await fixture.market.candle(2, { instrument: 'ETH-USD' });
    await fixture.market.forecast('4h', { instrument: 'ETH-USD' });
    await fixture.market.forecast('1h', { instrument: 'ETH-USD' });
    await received(every, 4);
    await received(one, 2);
    const got = one.messages.map(({ event, data }) => [event, data['instrument'], data['horizon'] ?? null]);
    expect(got.sort()).toEqual([
      ['forecast', 'ETH-USD', '1h'],
      ['price', 'ETH-USD', null],
    ]);
    expect(other.messages).toEqual([]);
  });

  it.each(['?type=quotes', '?horizon=2h', '?access_token=x', '?instrument=', '?type=price&type=gap'])(
    'with the query %s is refused',
    async (query) => {
      const client = await fixture.sse(query);
      expect(client.status).toBe(400);
      expect(Problem.parse(JSON.parse(client.body))).toMatchObject({ code: 'request.invalid' });
    },
  );

  it('that is silent says that it is there, and where it stands', async () => {
    const client = await fixture.sse('?type=gap');
    const every = await fixture.sse();
    await fixture.market.candle(1);
    await received(every, 1);
    await waitFor(() => client.comments.length > 0 && client.lastEventId === every.lastEventId, {
      ...IN_TIME,
      what: 'a heartbeat with the number of an event that was not for this client',
    });
    expect(client.messages).toEqual([]);
  });

  it('is only late when hints between services are lost', async () => {
    const client = await fixture.sse();
    await fixture.market.candle(1, { hint: false });
    await received(client, 1);
    expect(client.closes).toEqual([1]);
  });
});

describe('credentials of an open stream', () => {
  it('end it with a last word when they are revoked, expire or allow something else, and no other', async () => {
    const keys = fixture.dataSource.getRepository(ApiKeyEntity);
    const revoked = await fixture.addKey({});
    const expiring = await fixture.addKey({ expiresAt: new Date(Date.now() + 3_000) });
    const changing = await fixture.addKey({});
    const streams = await Promise.all([revoked, expiring, changing].map((key) => fixture.sse('', { key })));
    const other = await fixture.sse();
    await keys.update(revoked.slice(5, 17), { revokedAt: new Date() });
    await keys.update(changing.slice(5, 17), { instruments: ['ETH-USD'] });
    await waitFor(() => streams.every(({ ended }) => ended), { ...IN_TIME, what: 'the streams are closed' });
    const last = streams.map(({ messages }) => messages.at(-1)!);
    expect(last.map(({ event }) => event)).toEqual(['closing', 'closing', 'closing']);
    expect(last.map(({ data }) => StreamClosing.parse(data).reason)).toEqual([
      'credentials_ended',
      'credentials_ended',
      'rights_changed',
    ]);
    expect(other.ended).toBe(false);
    expect((await fixture.sse('', { key: revoked })).status).toBe(401);
  });

  it('that are limited see that much and no more', async () => {
    const key = await fixture.addKey({ instruments: ['BTC-USD'], horizons: ['24h'] });
    const narrow = await fixture.sse('', { key });
    const scopes = ['streams:read', 'market:read'] as const;
    const marketOnly = await fixture.sse('', { key: await fixture.addKey({ scopes }) });
    const every = await fixture.sse();
    await fixture.market.forecast('1h');
    await fixture.market.forecast('24h');
    await fixture.market.candle(5);
    await received(every, 3);
    await received(narrow, 2);
    await received(marketOnly, 1);
    const got = narrow.messages.map(({ event, data }) => [event, data['horizon'] ?? null]);
    expect(got.sort()).toEqual([
      ['forecast', '24h'],
      ['price', null],
    ]);
    expect(marketOnly.messages.map(({ event }) => event)).toEqual(['price']);
    expect((await fixture.sse('?horizon=1h', { key })).status).toBe(403);
    const none = await fixture.sse('', { key: await fixture.addKey({ scopes: ['market:read'] }) });
    expect(none.status).toBe(403);
  });
});

describe('a client that does not read', () => {
  it('is sent away, costs the others nothing, and misses nothing when it comes back', async () => {
    const [slow, other] = [await fixture.sse(), await fixture.sse()];
    slow.pause();
    await fixture.market.events(300, 50_000); // more than the buffers of both ends take
    await received(other, 300);
    await waitFor(async () => /^streams_closed_total\{.*slow_consumer.* 1$/m.test(await metrics()), {
      ...IN_TIME,
      what: 'it is sent away',
    });
    slow.resume();
    await waitFor(() => slow.ended, { ...IN_TIME, what: 'it notices' });
    expect(slow.messages.length).toBeLessThan(300);
    const again = await fixture.sse('', { headers: { 'last-event-id': slow.lastEventId } });
    await received(again, 300 - slow.messages.length);
    expect([...slow.messages, ...again.messages].map(({ id }) => id)).toEqual(
      other.messages.map(({ id }) => id),
    );
    await waitFor(async () => /^streams_open\{.*sse.* 2$/m.test(await metrics()), {
      ...IN_TIME,
      what: 'two streams are left',
    });
  });
});

describe('while prediction is away', () => {
  it('prices go on, and its forecasts come when it is back', async () => {
    const client = await fixture.sse();
    await fixture.stopPeer();
    const id = await fixture.market.forecast('24h');
    await fixture.market.candle(7);
    await received(client, 1);
    expect(client.closes).toEqual([7]);
    const told = fixture.market.told();
    await fixture.restartPeer();
    for (const [key, reply] of told) fixture.peer().state.told.set(key, reply);
    await fixture.market.forecast('1h');
    await received(client, 2);
    expect(client.messages[1]).toMatchObject({ event: 'forecast', data: { data: { id } } });
    await received(client, 3);
  });
});
