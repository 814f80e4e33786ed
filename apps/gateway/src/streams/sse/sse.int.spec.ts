import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, StreamEvent } from '@btcforecast/contracts';
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
    GATEWAY_STREAM_STALL_SECONDS: '3',
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

describe('a client that does not read', () => {
  it('is sent away, costs the others nothing, and misses nothing when it comes back', async () => {
    const [slow, other] = [await fixture.sse(), await fixture.sse()];
    slow.pause();
    await fixture.market.events(300, 50_000); // more than the buffers of both ends take
    await received(other, 300);
    await waitFor(async () => /^streams_closed_total\{.*slow_consumer.* [1-9]$/m.test(await metrics()), {
      ...IN_TIME,
      what: 'it is sent away',
    });
    slow.resume();
    await waitFor(() => slow.ended, { ...IN_TIME, what: 'it notices' });
    expect(slow.messages.length).toBeLessThan(300);
    const got = [slow];
    const ids = () => got.flatMap(({ messages }) => messages.map(({ id }) => id));
    // On a busy machine it may be slow again.
    while (ids().length < 300) {
      const again = await fixture.sse('', { headers: { 'last-event-id': got.at(-1)!.lastEventId } });
      got.push(again);
      await waitFor(() => again.ended || ids().length >= 300, { ...IN_TIME, what: 'the rest' });
    }
    expect(ids()).toEqual(other.messages.map(({ id }) => id));
    fixture.disconnect();
    await waitFor(async () => /^streams_open\{.*sse.* 0$/m.test(await metrics()), {
      ...IN_TIME,
      what: 'nothing of it is left',
    });
  });
});
