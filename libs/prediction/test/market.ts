import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { createDataSource } from '@btcforecast/database';
import { createEventBus, createLogger, ManualClock, type EventBus } from '@btcforecast/platform';
import { sharedData, testDatabase } from '@btcforecast/testing';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import type { DataSource } from 'typeorm';

/** A database, an event bus and a clock of one's own. */
export interface TestMarket {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly events: EventBus;
  /** Wall time. */
  readonly clock: ManualClock;
  close(): Promise<void>;
}

export const INSTRUMENT = 'BTC-USD';

export async function openMarket(): Promise<TestMarket> {
  const database = await testDatabase();
  const { url } = database;
  const dataSource = await createDataSource({ url, applicationName: 'test' }).initialize();
  const events = createEventBus({ databaseUrl: url, logger: createLogger('test', { level: 'fatal' }) });
  return {
    url,
    dataSource,
    events,
    clock: new ManualClock(Date.UTC(2026, 0, 1)),
    close: async () => {
      await events.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** Writes hourly candles as market-data would; those that are there already stay as they are. */
export async function insertHourly(
  { dataSource }: TestMarket,
  venue: string,
  candles: readonly Candle[],
): Promise<void> {
  if (candles.length === 0) return;
  const times = candles.map(({ openTime }) => openTime);
  await dataSource.query('SELECT ensure_candle_partitions($1, $2)', [
    new Date(Math.min(...times)),
    new Date(Math.max(...times)),
  ]);
  const column = (pick: (candle: Candle) => number) => candles.map(pick);
  await dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     SELECT $1, $2, '1h', to_timestamp(t / 1000), o, h, l, c, v, 'fetched'
     FROM unnest($3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[])
       AS rows (t, o, h, l, c, v)
     ON CONFLICT DO NOTHING`,
    [
      INSTRUMENT,
      venue,
      times,
      column(({ open }) => open),
      column(({ high }) => high),
      column(({ low }) => low),
      column(({ close }) => close),
      column(({ volume }) => volume),
    ],
  );
}

/** Sets the active venue and the event clock of a feed; observed now, by the market's clock. */
export async function setFeed(
  { dataSource, clock }: TestMarket,
  feed: { feed: string; venue: string; eventAt: number; speed?: number },
): Promise<void> {
  const source = feed.feed.startsWith('replay') ? 'replay' : feed.feed;
  await dataSource.query(
    `INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
     VALUES ($1, $2, $3, $4, '1h', $5, $6, $7)
     ON CONFLICT (feed, instrument) DO UPDATE SET venue = excluded.venue, event_at = excluded.event_at,
       observed_at = excluded.observed_at, speed = excluded.speed`,
    [
      feed.feed,
      INSTRUMENT,
      source,
      feed.venue,
      new Date(feed.eventAt),
      new Date(clock.now()),
      feed.speed ?? 0,
    ],
  );
}

/**
 * Hourly candles of a made-up market that close in (end − hours, end]: a walk with calm and wild days, the same
 * at each call.
 */
export function syntheticCandles(end: number, hours: number): Candle[] {
  const candles: Candle[] = [];
  let seed = 20_250_101;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  let open = 50_000;
  for (let i = 0; i < hours; i += 1) {
    const openTime = end - (hours - i) * HOUR_MS;
    const scale =
      0.004 * (1 + 0.5 * Math.sin((openTime / HOUR_MS / 24) * 2 * Math.PI)) * (1 + 2 * random() ** 2);
    const close = open * Math.exp(scale * (random() + random() + random()));
    const high = Math.max(open, close) * (1 + scale * Math.abs(random()));
    const low = Math.min(open, close) * (1 - scale * Math.abs(random()));
    candles.push({ openTime, open, high, low, close, volume: 100 + 50 * random() });
    open = close;
  }
  return candles;
}

/**
 * Real hourly candles that open in [from, to), or made-up ones where the data is missing: the tests that use them
 * state what must hold for any market.
 */
export async function hourlyCandles(from: number, to: number): Promise<Candle[]> {
  const path = sharedData('btcusdt_1h.csv.gz');
  if (!path) return syntheticCandles(to, (to - from) / HOUR_MS);
  const lines = gunzipSync(await readFile(path))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(1);
  return lines
    .map((line) => line.split(',').map(Number) as [number, number, number, number, number, number])
    .filter(([openTime]) => openTime >= from && openTime < to)
    .map(([openTime, open, high, low, close, volume]) => ({ openTime, open, high, low, close, volume }));
}
