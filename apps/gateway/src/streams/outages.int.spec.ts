import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { describeWhen, hasRedis, testRedis, type TestRedis, waitFor } from '@btcforecast/testing';
import { received } from '../testing/stream-clients.js';
import { startStreamFixture, type StreamFixture } from '../testing/stream-fixture.js';

let redis: TestRedis;
let fixture: StreamFixture;
const IN_TIME = { deadlineMs: 20_000 };

describeWhen(hasRedis(), 'there is no redis-server here')('streams', () => {
  beforeAll(async () => {
    redis = await testRedis();
    fixture = await startStreamFixture({ REDIS_URL: redis.url, GATEWAY_STREAM_HEARTBEAT_SECONDS: '1' });
  });
  afterEach(() => fixture.disconnect());
  afterAll(async () => {
    await fixture?.close();
    await redis?.close();
  });

  it('go on with prices while prediction is away, and its forecasts come when it is back', async () => {
    const client = await fixture.sse();
    await fixture.stopPeer();
    const id = await fixture.market.forecast('24h');
    await fixture.market.candle(7);
    await received(client, 1);
    expect(client.closes).toEqual([7]);
    await fixture.restartPeer();
    await fixture.market.forecast('1h');
    for (const [key, reply] of fixture.market.told()) fixture.peer().state.told.set(key, reply);
    await received(client, 3);
    expect(client.messages.map(({ event }) => event)).toEqual(['price', 'forecast', 'forecast']);
    expect(client.messages.some(({ data }) => (data['data'] as { id?: string }).id === id)).toBe(true);
  });

  it('tell a candle that comes late after those that came before it, and once', async () => {
    const { market } = fixture;
    const client = await fixture.sse('?type=price');
    const bring = market.missedCandle(1);
    for (const close of [2, 3]) await market.candle(close);
    await received(client, 2);
    await bring();
    await market.candle(4);
    await received(client, 4);
    await market.hint();
    await market.candle(5);
    await received(client, 5);
    expect(client.closes).toEqual([2, 3, 1, 4, 5]);
    const openTimes = client.messages.map(({ data }) => (data['data'] as { openTime: string }).openTime);
    expect(openTimes[2]! < openTimes[0]!).toBe(true);
  });

  it('stay open while the database is away, promise nothing then, and go on without a loss', async () => {
    const client = await fixture.sse('?type=price');
    const second = await fixture.second();
    await fixture.market.candle(1);
    await received(client, 1);
    const other = await fixture.sse('?type=price', { url: second.url });
    const database = new URL(fixture.databaseUrl).pathname.slice(1);
    const server = await createDataSource({
      url: fixture.databaseUrl.replace(`/${database}`, '/postgres'),
      applicationName: 'operator',
    }).initialize();
    const allow = (allowed: boolean) =>
      server.query(`ALTER DATABASE "${database}" WITH ALLOW_CONNECTIONS ${allowed}`);
    await allow(false);
    await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      database,
    ]);
    const { comments } = client;
    const heard = comments.length;
    await waitFor(() => comments.length > heard, { ...IN_TIME, what: 'it says that it is there' });
    const seq = Number(client.lastEventId.split('-')[0]);
    const ahead = { 'last-event-id': `${seq + 1}-00000000` };
    // It may be that another gateway has told this event: nobody knows at the moment.
    expect((await fixture.sse('', { headers: ahead })).status).toBe(503);
    expect((await fixture.sse('', { headers: { 'last-event-id': client.lastEventId } })).status).toBe(200);
    await allow(true);
    await server.destroy();
    await waitFor(
      () =>
        fixture.market.candle(2).then(
          () => true,
          () => false,
        ),
      { ...IN_TIME, what: 'it is back' },
    );
    await fixture.market.candle(3);
    for (const each of [client, other]) {
      await waitFor(() => each.closes.at(-1) === 3, { ...IN_TIME, what: 'the news' });
      expect(each.closes.slice(-2)).toEqual([2, 3]);
      expect(each.messages.some(({ event }) => event === 'reset')).toBe(false);
    }
  });

  it('are late while Redis is away, and as fast as before when it is back', async () => {
    const client = await fixture.sse('?type=price');
    const port = Number(new URL(redis.url).port);
    await redis.close();
    await fixture.market.candle(1, { hint: false });
    await received(client, 1);
    redis = await testRedis(port);
    await waitFor(
      async () => {
        await fixture.market.candle(2);
        return client.closes.includes(2);
      },
      { ...IN_TIME, what: 'hints come again' },
    );
    expect(client.closes[0]).toBe(1);
  });
});
