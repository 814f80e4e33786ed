import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { ManualClock } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CandleReader, MarketClockReader, MarketFeedReader, queryArrays } from './index.js';

const START = Date.UTC(2024, 0, 1);
const COUNT = 18_240;
const instrument = 'BTC-USD';
const venue = 'binance';
const hourly = { instrument, venue, interval: '1h' } as const;

let database: TestDatabase;
let dataSource: DataSource;
let reader: CandleReader;

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  reader = new CandleReader(dataSource);
  await dataSource.query('SELECT ensure_candle_partitions($1, $2)', [
    new Date(START),
    new Date(START + COUNT * HOUR_MS),
  ]);
  await dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     SELECT $1, $2, '1h', to_timestamp($3::float8 / 1000) + n * interval '1 hour', 100, 102, 99, 100 + n * 1e-5, n, 'fetched'
     FROM generate_series(0, $4::int - 1) AS n`,
    [instrument, venue, START, COUNT],
  );
  await dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     VALUES ($1, 'kraken', '1h', to_timestamp($2::float8 / 1000), 1, 1, 1, 1, 1, 'fetched')`,
    [instrument, START],
  );
});

afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

describe('CandleReader', () => {
  it('gives the window up to the origin, ascending, and nothing that closes later', async () => {
    const until = START + 10 * HOUR_MS;
    const rows = await reader.window({ instrument, venue, until, slots: 4 });
    expect(rows.map(({ openTime }) => openTime)).toEqual([6, 7, 8, 9].map((hour) => START + hour * HOUR_MS));
    expect(rows[0]).toEqual({
      openTime: START + 6 * HOUR_MS,
      open: 100,
      high: 102,
      low: 99,
      close: 100 + 6 * 1e-5,
      volume: 6,
    });
  });

  it('leaves out a candle that has opened but not closed by an `until` off the grid', async () => {
    const rows = await reader.window({ instrument, venue, until: START + 2.5 * HOUR_MS, slots: 2 });
    expect(rows.map(({ openTime }) => openTime)).toEqual([START + HOUR_MS]);
  });

  it('reads a window of two years and more in one query', async () => {
    const query = { instrument, venue, until: START + COUNT * HOUR_MS, slots: COUNT };
    await reader.window(query);
    const started = performance.now();
    const rows = await reader.window(query);
    const elapsedMs = performance.now() - started;
    expect(rows).toHaveLength(COUNT);
    expect(elapsedMs).toBeLessThan(10_000); // a bound against an accident such as a query for each slot, not a measurement
  });

  it('gives every number as it was stored, to the last bit', async () => {
    const price = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    const prices = fc.array(price, { minLength: 4, maxLength: 4 });
    const volume = fc.double({ min: 0, max: 1e12, noNaN: true });
    const series = { ...hourly, venue: 'exact' };
    let hour = 0;
    await fc.assert(
      fc.asyncProperty(prices, volume, async (four, volume) => {
        const [low, open, close, high] = four.toSorted((a, b) => a - b) as [number, number, number, number];
        const stored = { openTime: START + hour++ * HOUR_MS, open, high, low, close, volume };
        await dataSource.query(
          `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
           VALUES ($1, 'exact', '1h', $2, $3, $4, $5, $6, $7, 'fetched')`,
          [instrument, new Date(stored.openTime), open, high, low, close, volume],
        );
        const range = { from: stored.openTime, to: stored.openTime + HOUR_MS };
        expect(await reader.range(series, range)).toEqual([stored]);
      }),
      { numRuns: 50 },
    );
  });

  it('never mixes venues', async () => {
    const rows = await reader.range({ ...hourly, venue: 'kraken' }, { from: START, to: START + 9 * HOUR_MS });
    expect(rows).toEqual([{ openTime: START, open: 1, high: 1, low: 1, close: 1, volume: 1 }]);
  });

  it('names the close times after one instant and up to another', async () => {
    expect(await reader.closedSince(hourly, START + HOUR_MS, START + 3 * HOUR_MS)).toEqual([
      START + 2 * HOUR_MS,
      START + 3 * HOUR_MS,
    ]);
  });

  it('finds the newest close up to an instant, and null where there is none', async () => {
    expect(await reader.newestCloseTime(hourly)).toBe(START + COUNT * HOUR_MS);
    expect(await reader.newestCloseTime(hourly, START + 5.5 * HOUR_MS)).toBe(START + 5 * HOUR_MS);
    expect(await reader.newestCloseTime({ ...hourly, venue: 'coinbase' })).toBeNull();
    expect(await reader.oldestOpenTime(hourly)).toBe(START);
  });

  it('gives closes by close time and no entry for a missing candle', async () => {
    const closes = await reader.closesAt(hourly, [START, START + HOUR_MS, START + 3 * HOUR_MS]);
    expect([...closes]).toEqual([
      [START + HOUR_MS, 100],
      [START + 3 * HOUR_MS, 100 + 2e-5],
    ]);
  });

  it('calls a connection that breaks under a query a transient error, and works again with the next', async () => {
    const suicide = queryArrays(dataSource, 'SELECT pg_terminate_backend(pg_backend_pid())', []);
    await expect(suicide).rejects.toMatchObject({ kind: 'transient', code: 'database.unavailable' });
    expect(await queryArrays(dataSource, 'SELECT 1', [])).toEqual([[1]]);
  });

  it('leaves an error in a statement what it is, a bug', async () => {
    await expect(queryArrays(dataSource, 'SELECT nonsense', [])).rejects.toMatchObject({ code: '42703' });
  });
});

describe('queryArrays', () => {
  it('has a question planned once a connection, whatever is asked with it', async () => {
    const alone = createDataSource({ url: database.url, applicationName: 'test', poolSize: 1 });
    await alone.initialize();
    try {
      for (const n of [1, 2, 3]) {
        expect(await queryArrays(alone, 'SELECT $1::int + 1', [n])).toEqual([[n + 1]]);
      }
      expect(await queryArrays(alone, 'SELECT $1::int + 2', [1])).toEqual([[3]]);
      const prepared = await alone.query<{ statement: string }[]>(
        `SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%' ORDER BY 1`,
      );
      expect(prepared.map(({ statement }) => statement)).toEqual([
        'SELECT $1::int + 1',
        'SELECT $1::int + 2',
      ]);
    } finally {
      await alone.destroy();
    }
  });

  it('goes on when a table gets a column more while its question is known', async () => {
    await dataSource.query('CREATE TABLE known AS SELECT 1 AS a');
    const ask = () => queryArrays(dataSource, 'SELECT a FROM known WHERE a = $1', [1]);
    await Promise.all([ask(), ask(), ask()]);
    await dataSource.query('ALTER TABLE known ADD COLUMN b int');
    expect(await ask()).toEqual([[1]]);
  });
});

describe('MarketClockReader', () => {
  const clock = new ManualClock(START);
  const write = (feed: string, eventAt: number, observedAt: number, speed: number) =>
    dataSource.query(
      `INSERT INTO market_feeds VALUES ($1, $2, $3, $1, '1h', to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000), $6)
       ON CONFLICT (feed, instrument) DO UPDATE SET event_at = excluded.event_at, observed_at = excluded.observed_at,
         speed = excluded.speed`,
      [feed, instrument, feed === 'live' ? 'live' : 'replay', eventAt, observedAt, speed],
    );
  const clockReader = () => new MarketClockReader(new MarketFeedReader(dataSource), clock);

  it('runs a replay from the last observation at its speed', async () => {
    await write('replay-00000001', 1_700_000_000_123, START, 3600);
    clock.set(START + 2_000);
    expect(await clockReader().now('replay-00000001', instrument)).toBe(1_700_000_000_123 + 7_200_000);
  });

  it('does not know the time of a replay that nobody has observed for more than 30 seconds, or ever', async () => {
    await write('replay-00000002', 1_700_000_000_000, START, 1);
    clock.set(START + 30_001);
    for (const feed of ['replay-00000002', 'replay-00000003']) {
      await expect(clockReader().now(feed, instrument)).rejects.toMatchObject({
        code: 'market.clock_unknown',
      });
    }
  });

  it('always knows the time of the live market: the wall clock, corrected by what the exchange said', async () => {
    clock.set(START);
    expect(await clockReader().now('live', instrument)).toBe(START);
    await write('live', START + 250, START, 1);
    clock.set(START + 600_000);
    expect(await clockReader().now('live', instrument)).toBe(START + 600_250);
  });
});
