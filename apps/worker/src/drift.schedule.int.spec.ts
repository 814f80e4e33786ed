import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { createDataSource } from '@btcforecast/database';
import { createEventBus, createLogger, JobQueues, ManualClock, type EventBus } from '@btcforecast/platform';
import { FeedSettings } from '@btcforecast/prediction';
import { testDatabase, waitFor } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { DriftSchedule } from './drift.schedule.js';

const HOUR_MS = 3_600_000;
const feed = 'replay-000000ab';
const instrument = 'BTC-USD';
const NOW = Date.UTC(2025, 0, 1);
const logger = createLogger('test', { level: 'fatal' });
const clock = new ManualClock(Date.UTC(2026, 0, 1));
let database: Awaited<ReturnType<typeof testDatabase>>;
let dataSource: DataSource;
let events: EventBus;
let jobs: JobQueues;
let schedule: DriftSchedule | undefined;

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  events = createEventBus({ databaseUrl: database.url, logger });
  jobs = new JobQueues({ DATABASE_URL: database.url }, logger);
});
afterEach(() => schedule?.beforeApplicationShutdown());
afterAll(async () => {
  await jobs?.close();
  await events?.close();
  await dataSource?.destroy();
  await database?.drop();
});

/** Event time, observed now. */
const itIs = (eventAt: number) =>
  dataSource.query(
    `INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
     VALUES ($1, $2, 'replay', $1, '1h', $3, $4, 0)
     ON CONFLICT (feed, instrument) DO UPDATE SET event_at = excluded.event_at, observed_at = excluded.observed_at`,
    [feed, instrument, new Date(eventAt), new Date(clock.now())],
  );
const matured = (of: string) =>
  events.publish('forecast.matured', { feed: of, instrument, target: NOW, ids: [] });
const asked = async () => {
  const waiting = await (await jobs.queue('analytics')).getJobs(['waiting', 'prioritized']);
  return waiting.filter(({ name }) => name === 'watch_drift').map(({ id }) => id);
};
const askedTimes = (times: number) =>
  waitFor(async () => (await asked()).length === times, { deadlineMs: 5_000, what: `${times} looks` });

describe('DriftSchedule', () => {
  it('asks once for each hour of event time in which something matured, of its own feed', async () => {
    await itIs(NOW);
    const marketClock = new MarketClockReader(new MarketFeedReader(dataSource), clock);
    const settings = new FeedSettings(feed, 'replay', 'test', [instrument]);
    schedule = new DriftSchedule(jobs, events, marketClock, clock, settings, logger);
    schedule.onApplicationBootstrap();
    await waitFor(() => events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    await askedTimes(1); // upon connecting
    clock.advance(20_000);
    await itIs(NOW + 0.5 * HOUR_MS);
    await matured(feed); // the same hour
    clock.advance(20_000);
    await itIs(NOW + 2 * HOUR_MS);
    await matured('demo');
    await matured(feed);
    await askedTimes(2);
    expect((await asked()).toSorted()).toEqual(
      [0, 2].map((hours) => `watch_drift-${feed}-${instrument}-${(NOW + hours * HOUR_MS) / HOUR_MS}`),
    );
  });
});
