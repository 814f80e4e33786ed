import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { DriftSignal, HORIZON_HOURS, type EventOf } from '@btcforecast/contracts';
import { createLogger, JobQueues } from '@btcforecast/platform';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import { forecastRow } from '../../test/forecast-row.js';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { PerformanceRepository } from '../performance/performance.repository.js';
import { scoreForecast } from '../scores/score-forecast.js';
import { ScoreRepository } from '../scores/score.repository.js';
import { StandingRepository } from '../standing/standing.repository.js';
import { StandingService } from '../standing/standing.service.js';
import { DriftDataRepository } from './drift-data.repository.js';
import { DriftEvaluator } from './drift-evaluator.service.js';
import { DriftQueries } from './drift-queries.service.js';
import { DriftSignalRepository } from './drift-signal.repository.js';
import { DriftWatch } from './drift-watch.service.js';

jest.setTimeout(120_000);

const feed = 'replay-000000dd';
const END = Date.UTC(2025, 4, 1);
/** From here on all volatility is doubled. */
const BREAK = END - 60 * HOUR_MS;
const SERVED_HOURS = 30 * 24;
const NORMAL = [-1.6449, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.6449];
const SUBJECT = 'input hourly_volatility';

let market: TestMarket;
let jobs: JobQueues;
let watch: DriftWatch;
let queries: DriftQueries;
let standings: StandingService;
let signals: DriftSignalRepository;

/** The made-up market, whose moves from `BREAK` on are squared: twice as large in logarithms. */
function doublingCandles(): Candle[] {
  const candles = syntheticCandles(END, 18_500);
  const anchor = candles.find(({ openTime }) => openTime === BREAK)!.open;
  return candles.map((candle) => {
    if (candle.openTime < BREAK) return candle;
    const twice = (price: number): number => anchor * (price / anchor) ** 2;
    const { open, high, low, close } = candle;
    return { ...candle, open: twice(open), high: twice(high), low: twice(low), close: twice(close) };
  });
}

/** Forecasts an hour ahead that knew the market before it broke, scored. */
async function addForecasts(candles: readonly Candle[]): Promise<void> {
  const closes = new Map(candles.map(({ openTime, close }) => [openTime + HOUR_MS, close]));
  const rows = Array.from({ length: SERVED_HOURS - 1 }, (_, i) => {
    const origin = END - (SERVED_HOURS - i) * HOUR_MS;
    const scale = 0.5 * 0.0047 * (1 + 0.5 * Math.sin((origin / HOUR_MS / 24) * 2 * Math.PI));
    return forecastRow({
      ...{ feed, venue: feed, source: 'replay', origin, price: closes.get(origin)! },
      logReturnQuantiles: NORMAL.map((q) => q * scale),
      baselines: { ewma_rw: NORMAL.map((q) => q * scale * 1.5), uncond_1y: NORMAL.map((q) => q * scale * 2) },
    });
  });
  await new ForecastRepository(market.dataSource).store(rows);
  await new ScoreRepository(market.dataSource).store(
    rows.map((row) => scoreForecast(row, closes.get(row.targetAt.getTime())!)),
  );
}

beforeAll(async () => {
  market = await openMarket();
  const { dataSource, events, clock, url } = market;
  const logger = createLogger('test', { level: 'fatal' });
  jobs = new JobQueues({ DATABASE_URL: url }, logger);
  const candles = doublingCandles();
  await insertHourly(market, feed, candles);
  await addForecasts(candles);
  const feeds = new MarketFeedReader(dataSource);
  const marketClock = new MarketClockReader(feeds, clock);
  const data = new DriftDataRepository(dataSource);
  signals = new DriftSignalRepository(dataSource);
  const versions = new ModelVersionRepository(dataSource);
  const evaluator = new DriftEvaluator(data, signals, versions, new CandleReader(dataSource), feeds);
  const standing = new StandingRepository(dataSource);
  watch = new DriftWatch(evaluator, standing, signals, marketClock, events, jobs);
  queries = new DriftQueries(evaluator, data, marketClock, feeds, clock);
  standings = new StandingService(
    standing,
    new PerformanceRepository(dataSource),
    signals,
    marketClock,
    clock,
    new FeedSettings(feed, 'replay', 'test'),
  );
});
afterAll(async () => {
  await jobs?.close();
  await market?.close();
});
afterEach(() => market.clock.advance(5_000)); // standings are asked anew

const itIs = (eventAt: number) => setFeed(market, { feed, venue: feed, eventAt });
const recorded = () => signals.listSince({ feed, instrument: INSTRUMENT, name: 'har', version: 1 }, 0);

describe('DriftWatch', () => {
  it('is quiet while the market is as it was', async () => {
    await itIs(BREAK);
    const { model, raised, findings } = await watch.watch(feed, INSTRUMENT);
    expect({ model, raised }).toEqual({ model: 'har@1', raised: [] });
    expect(findings.filter(({ test }) => test !== 'input')).toHaveLength(
      3 * Object.keys(HORIZON_HOURS).length,
    );
    const scores = findings.find(({ test, horizonHours }) => test === 'coverage' && horizonHours === 1)!;
    expect(scores.evidence.n).toBe(SERVED_HOURS - 60);
    await expect(standings.standing(INSTRUMENT, 1)).resolves.not.toMatchObject({ grade: 'degraded' });
  });

  it('raises a doubling of volatility within 60 hours, once, and asks for a new model', async () => {
    const heard: EventOf<'drift.raised'>[] = [];
    const subscription = market.events.subscribe('drift.raised', (event) => void heard.push(event));
    await waitFor(() => market.events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    await itIs(END);
    const results = await Promise.all([1, 2, 3].map(() => watch.watch(feed, INSTRUMENT)));
    expect(results.flatMap(({ raised }) => raised).filter((subject) => subject === SUBJECT)).toHaveLength(1);
    const [signal] = (await recorded()).filter(({ feature }) => feature === 'hourly_volatility');
    expect(signal!.raisedOrigin.getTime()).toBeGreaterThan(BREAK);
    expect(signal!.statistic).toBeGreaterThanOrEqual(signal!.threshold);
    await waitFor(() => heard.some(({ subject }) => subject === SUBJECT), {
      deadlineMs: 5_000,
      what: 'the event',
    });
    expect(heard.filter(({ subject }) => subject === SUBJECT)).toEqual([
      { feed, instrument: INSTRUMENT, model: 'har@1', test: 'input', subject: SUBJECT },
    ]);
    const waiting = await (await jobs.queue('model_training')).getJobs(['waiting', 'prioritized']);
    expect(waiting.map(({ name, data }) => ({ name, data: data as unknown }))).toEqual([
      { name: 'fit_candidate', data: expect.objectContaining({ feed, trainEnd: END - 24 * HOUR_MS }) },
    ]);
    subscription.unsubscribe();
  });

  it('does not repeat an alarm while it is known', async () => {
    const before = (await recorded()).length;
    const { raised, findings } = await watch.watch(feed, INSTRUMENT);
    expect(raised).not.toContain(SUBJECT);
    const volatility = findings.find(({ feature }) => feature === 'hourly_volatility')!;
    expect(volatility.evidence.n).toBe(0);
    expect(volatility.since).not.toBeNull();
    expect(await recorded()).toHaveLength(before + raised.length);
  });

  it('is told in the record of the model, and in the grade of its forecasts', async () => {
    const found = await queries.forModel(feed, 'har', 1);
    for (const signal of found) DriftSignal.parse(signal);
    const volatility = found.find(({ feature }) => feature === 'hourly_volatility')!;
    expect(volatility.state).toBe('raised');
    expect(Date.parse(volatility.since!)).toBeGreaterThan(BREAK);
    const standing = await standings.standing(INSTRUMENT, 1);
    expect(standing.grade).toBe('degraded');
    expect(standing.coverage.n).toBe(500);
    await expect(queries.forModel(feed, 'other', 7)).resolves.toEqual([]);
  });

  it('keeps alarms for ever', async () => {
    await expect(market.dataSource.query('UPDATE drift_signals SET statistic = 0')).rejects.toThrow(
      /immutable/,
    );
    await expect(market.dataSource.query('DELETE FROM drift_signals')).rejects.toThrow(/immutable/);
  });

  it('says that it cannot look while event time is unknown', async () => {
    market.clock.advance(31_000);
    await expect(watch.watch(feed, INSTRUMENT)).rejects.toMatchObject({ code: 'market.clock_unknown' });
  });
});
