import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { PerformanceReply } from '@btcforecast/contracts';
import { HOUR_MS } from '@btcforecast/timeseries';
import { forecastRow, QUANTILES, type RowOptions } from '../../test/forecast-row.js';
import { INSTRUMENT, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { scoreForecast, voidScore } from '../scores/score-forecast.js';
import { ScoreRepository } from '../scores/score.repository.js';
import { PerformanceRepository } from './performance.repository.js';
import { PerformanceService } from './performance.service.js';

const feed = 'replay-0000000a';
const START = Date.UTC(2025, 0, 1);
const at = (hours: number) => START + hours * HOUR_MS;
const NOW = at(400);

let market: TestMarket;
let forecasts: ForecastRepository;
let scores: ScoreRepository;
let service: PerformanceService;

/** A forecast one hour ahead, `hours` after START; with a close it is scored. */
async function add(
  hours: number,
  over: RowOptions & { close?: number; isVoid?: boolean } = {},
): Promise<void> {
  const { close, isVoid, ...given } = over;
  const row = forecastRow({ feed, source: 'replay', venue: feed, origin: at(hours), ...given });
  await forecasts.store([row]);
  if (close !== undefined) await scores.store([scoreForecast(row, close)]);
  if (isVoid) await scores.store([voidScore(row.id, NOW)]);
}

beforeAll(async () => {
  market = await openMarket();
  forecasts = new ForecastRepository(market.dataSource);
  scores = new ScoreRepository(market.dataSource);
  const feeds = new MarketFeedReader(market.dataSource);
  service = new PerformanceService(
    new PerformanceRepository(market.dataSource),
    feeds,
    new MarketClockReader(feeds, market.clock),
    new FeedSettings(feed, 'replay', 'test'),
  );
  await setFeed(market, { feed, venue: feed, eventAt: NOW });
});
afterAll(() => market?.close());

const performance = async (...[horizon = '1h', window = '7d']: [('1h' | '4h')?, ('7d' | '30d' | 'all')?]) =>
  PerformanceReply.parse(await service.performance(INSTRUMENT, horizon, window));

describe('PerformanceService', () => {
  it('answers before anything has matured, with nulls rather than zeros', async () => {
    const reply = await performance();
    expect(reply).toMatchObject({ n: 0, from: null, to: null, pinball: null, crps: null, source: 'replay' });
    expect(reply.coverage).toEqual({ 50: null, 80: null, 90: null });
    expect(reply.baselines.garch_t).toEqual({ n: 0, pinball: null, difference: null, low: null, high: null });
  });

  it('counts only what is canonical, matured, on time and out of sample, and lists the rest', async () => {
    // Two that count. ln(101.5/100) lies in all intervals but the 50 % one, ln(100.1/100) in all.
    await add(300, { close: 101.5 });
    await add(301, { close: 100.1 });
    // Nine that do not, each with an outcome that would spoil the figures.
    await add(302, { close: 200, issuedAt: new Date(at(303.5)) }); // backfilled: a target passed
    await add(303, { close: 200, timeliness: 'late' });
    await add(304, { close: 200, inSample: true });
    await add(305, { isVoid: true });
    await add(306);
    await add(301, { close: 200, venue: 'another' }); // a variant
    await add(307, { close: 200, feed: 'demo' });
    await add(307, { close: 200, horizonHours: 4 });
    await add(230, { close: 200 }); // its target lies before the window of seven days
    const reply = await performance();
    expect(reply.n).toBe(2);
    expect(reply.excluded).toEqual({ late: 1, backfilled: 1, inSample: 1, unproven: 0, void: 1, pending: 1 });
    expect([reply.from, reply.to].map((instant) => Date.parse(instant!))).toEqual([at(300), at(301)]);
    const losses = [101.5, 100.1].map((close) => {
      const y = Math.log(close / 100);
      const levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
      return levels.reduce((sum, p, i) => sum + (y > QUANTILES[i]! ? p : p - 1) * (y - QUANTILES[i]!), 0) / 7;
    });
    expect(reply.pinball).toBeCloseTo(((losses[0]! + losses[1]!) / 2) * 10_000, 9);
    expect(reply.coverage).toEqual({ 50: 0.5, 80: 1, 90: 1 });
    expect(reply.direction).toEqual({ n: 2, hitRate: 1, low: null, high: null });
    const { ewma_rw } = reply.baselines;
    expect(ewma_rw.n).toBe(2);
    expect(ewma_rw.difference).toBeCloseTo(reply.pinball! - ewma_rw.pinball!, 9);
    expect([ewma_rw.low, ewma_rw.high]).toEqual([null, null]); // two are too few to resample
  });

  it('reaches further back in a longer window', async () => {
    expect((await performance('1h', '30d')).n).toBe(3);
    expect((await performance('1h', 'all')).n).toBe(3);
    expect((await performance('4h', '7d')).n).toBe(1);
  });

  it('gives intervals once there is enough, around the difference, the same at each call', async () => {
    for (let i = 0; i < 60; i += 1) await add(310 + i, { close: 100 + Math.sin(i) * 2 });
    const reply = await performance();
    expect(reply.n).toBe(62);
    for (const baseline of Object.values(reply.baselines)) {
      expect(baseline.low!).toBeLessThan(baseline.difference!);
      expect(baseline.high!).toBeGreaterThan(baseline.difference!);
    }
    const { hitRate, low, high } = reply.direction;
    expect(low!).toBeLessThan(hitRate!);
    expect(high!).toBeGreaterThan(hitRate!);
    expect(await performance()).toEqual(reply);
  });

  it('still looks back when nobody watches the clock any more', async () => {
    market.clock.advance(120_000);
    await expect(performance()).resolves.toMatchObject({ n: 62 });
  });
});
