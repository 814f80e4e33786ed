import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { QUANTILE_LEVELS, Standing } from '@btcforecast/contracts';
import { HOUR_MS, quantileAt } from '@btcforecast/timeseries';
import { forecastRow, QUANTILES, type RowOptions } from '../../test/forecast-row.js';
import { INSTRUMENT, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { DriftSignalRepository } from '../drift/drift-signal.repository.js';
import { FeedSettings } from '../feed-settings.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { PerformanceRepository } from '../performance/performance.repository.js';
import { scoreForecast } from '../scores/score-forecast.js';
import { ScoreRepository } from '../scores/score.repository.js';
import { StandingRepository } from './standing.repository.js';
import { StandingService } from './standing.service.js';

const feed = 'replay-000000aa';
const START = Date.UTC(2025, 0, 1);
const at = (hours: number) => START + hours * HOUR_MS;
const MATURED = 120;

let market: TestMarket;
let forecasts: ForecastRepository;
let scores: ScoreRepository;
let signals: DriftSignalRepository;
let standings: StandingService;

/** Closes that fall between the quantiles about as often as they should. */
const closeAt = (hours: number) => {
  const curve = { levels: QUANTILE_LEVELS, quantiles: QUANTILES };
  return 100 * Math.exp(quantileAt(curve, ((hours + 1) * 0.618034) % 1));
};

async function add(hours: number, options: RowOptions & { close?: number | null } = {}): Promise<void> {
  const { close = closeAt(hours), ...over } = options;
  const row = forecastRow({ feed, source: 'replay', venue: feed, origin: at(hours), ...over });
  await forecasts.store([row]);
  if (close !== null) await scores.store([scoreForecast(row, close)]);
}

const itIs = (hours: number) => setFeed(market, { feed, venue: feed, eventAt: at(hours) });
/** Past the five seconds for which an answer is kept; the clock of the market is observed anew. */
async function later(hours: number): Promise<void> {
  market.clock.advance(5_000);
  await itIs(hours);
}
const ask = async () => Standing.parse(await standings.standing(INSTRUMENT, 1));

beforeAll(async () => {
  market = await openMarket();
  const { dataSource, clock } = market;
  forecasts = new ForecastRepository(dataSource);
  scores = new ScoreRepository(dataSource);
  signals = new DriftSignalRepository(dataSource);
  standings = new StandingService(
    new StandingRepository(dataSource),
    new PerformanceRepository(dataSource),
    signals,
    new MarketClockReader(new MarketFeedReader(dataSource), clock),
    clock,
    new FeedSettings(feed, 'replay', 'test'),
  );
  await itIs(0);
});
afterAll(() => market?.close());

describe('StandingService', () => {
  it('begins with nothing known', async () => {
    await expect(ask()).resolves.toMatchObject({
      grade: 'cold_start',
      coverage: { n: 0, 50: null },
      skill: { n: 0, baseline: null },
    });
  });

  it('keeps an answer for five seconds, then sees what has matured', async () => {
    for (let i = 0; i < MATURED; i += 1) await add(i);
    await itIs(MATURED);
    await expect(ask()).resolves.toMatchObject({ coverage: { n: 0 } });
    await later(MATURED);
    const standing = await ask();
    expect(standing).toMatchObject({
      grade: 'no_proven_skill',
      coverage: { n: MATURED },
      skill: { n: MATURED },
    });
    expect(standing.asOf).toBe(new Date(at(MATURED)).toISOString());
    expect(standing.skill.difference!).toBeLessThan(0); // the baselines of these rows are wider than they should be
  });

  it('counts neither what is late, in sample or a challenger’s, nor what lies ahead in a replay begun again', async () => {
    await add(MATURED, { timeliness: 'late', close: 500 });
    await add(MATURED + 1, { inSample: true, close: 500 });
    await add(MATURED - 1, { role: 'challenger', modelName: 'other', close: 500 });
    await add(MATURED + 50, { close: 500 });
    await later(MATURED + 2);
    await expect(ask()).resolves.toMatchObject({ grade: 'no_proven_skill', coverage: { n: MATURED } });
  });

  it('notices that no forecast has come for hours', async () => {
    await later(MATURED + 1);
    await expect(ask()).resolves.toMatchObject({ grade: 'no_proven_skill' });
    await later(MATURED + 5);
    await expect(ask()).resolves.toMatchObject({
      grade: 'degraded',
      reason: expect.stringContaining('4 h old'),
    });
  });

  it('is degraded for a week by drift of this horizon or of an input, of the model that answers', async () => {
    const signal = (over: object) =>
      signals.insertOnce({
        ...{ feed, instrument: INSTRUMENT, modelName: 'har', modelVersion: 1, test: 'coverage' as const },
        ...{
          horizonHours: 24,
          feature: null,
          statistic: 6,
          threshold: 5,
          n: 100,
          raisedOrigin: new Date(at(90)),
        },
        ...over,
      });
    await signal({});
    await signal({ horizonHours: 1, modelName: 'other' });
    await later(MATURED + 2);
    await expect(ask()).resolves.toMatchObject({ grade: 'no_proven_skill' });
    expect(await signal({ test: 'input', horizonHours: null, feature: 'drawdown_720h' })).toBe(true);
    expect(await signal({ test: 'input', horizonHours: null, feature: 'drawdown_720h' })).toBe(false);
    await later(MATURED + 2);
    await expect(ask()).resolves.toMatchObject({
      grade: 'degraded',
      reason: expect.stringContaining('input drawdown_720h'),
    });
    for (let i = 0; i < 24; i += 1) await add(90 + 7 * 24 + 1 - i, { close: null });
    await later(90 + 7 * 24 + 2);
    await expect(ask()).resolves.toMatchObject({ grade: 'no_proven_skill' });
  });

  it('still answers when nobody watches the clock any more', async () => {
    market.clock.advance(60_000);
    await expect(ask()).resolves.toMatchObject({ coverage: { n: MATURED + 1 } });
  });
});
