import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { BASELINES, QUANTILE_LEVELS, type EventOf } from '@btcforecast/contracts';
import { candle, waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { forecastRow, QUANTILES } from '../../test/forecast-row.js';
import { INSTRUMENT, insertHourly, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { ScoreRepository } from './score.repository.js';
import { ScoreService, VOID_AFTER_MS } from './score.service.js';

const feed = 'replay-00000001';
const venue = feed;
const START = Date.UTC(2025, 2, 1);

let market: TestMarket;
let forecasts: ForecastRepository;
let scores: ScoreRepository;
let service: ScoreService;

beforeAll(async () => {
  market = await openMarket();
  forecasts = new ForecastRepository(market.dataSource);
  scores = new ScoreRepository(market.dataSource);
  const clock = new MarketClockReader(new MarketFeedReader(market.dataSource), market.clock);
  service = new ScoreService(scores, new CandleReader(market.dataSource), clock, market.events);
});
afterAll(() => market?.close());

/** The candle that closes at an instant. */
const closingAt = (target: number, close: number) =>
  candle({ openTime: target - HOUR_MS, open: close, close });

/** Mean pinball loss, written a second time and differently: by cases of each level. */
function independentPinball(outcome: number, quantiles: readonly number[]): number {
  const losses = QUANTILE_LEVELS.map((level, i) => {
    const miss = Math.abs(outcome - quantiles[i]!);
    return outcome >= quantiles[i]! ? level * miss : (1 - level) * miss;
  });
  return losses.reduce((a, b) => a + b) / losses.length;
}

describe('ScoreService', () => {
  it('scores model and baselines as an independent computation does', async () => {
    const row = forecastRow({ feed, venue, source: 'replay', origin: START, price: 100 });
    await forecasts.store([row]);
    await insertHourly(market, venue, [closingAt(START + HOUR_MS, 101.5)]);
    await expect(service.scoreDue(feed, INSTRUMENT, START + HOUR_MS)).resolves.toEqual({
      settled: 1,
      waiting: 0,
    });
    const score = (await scores.mapByForecast([row.id])).get(row.id)!;
    const outcome = Math.log(101.5 / 100); // between the 0.75 and the 0.9 quantile
    expect(score).toMatchObject({ state: 'matured', outcomeClose: 101.5, directionHit: true });
    expect(score).toMatchObject({ covered50: false, covered80: true, covered90: true });
    expect(score.maturedAt.getTime()).toBe(START + HOUR_MS);
    expect(score.logReturn).toBeCloseTo(outcome, 15);
    expect(score.pinball).toBeCloseTo(independentPinball(outcome, QUANTILES), 15);
    expect(score.pit).toBeGreaterThan(0.75);
    expect(score.pit).toBeLessThan(0.9);
    // CRPS is twice the integral of the pinball loss over the level, here by the levels' own stretches.
    const edges = [0, 0.075, 0.175, 0.375, 0.625, 0.825, 0.925, 1];
    const crps = QUANTILE_LEVELS.map((level, i) => {
      const miss = Math.abs(outcome - QUANTILES[i]!);
      return 2 * (edges[i + 1]! - edges[i]!) * (outcome >= QUANTILES[i]! ? level : 1 - level) * miss;
    }).reduce((a, b) => a + b);
    expect(score.crps).toBeCloseTo(crps, 15);
    for (const [i, name] of BASELINES.entries()) {
      const baseline = QUANTILES.map((q) => q * (1.1 + 0.1 * i));
      expect(score.baselinePinball[name]).toBeCloseTo(independentPinball(outcome, baseline), 15);
    }
  });

  it('refuses to change or delete a score', async () => {
    await expect(market.dataSource.query('UPDATE forecast_scores SET pinball = 0')).rejects.toThrow(
      /immutable/,
    );
    await expect(market.dataSource.query('DELETE FROM forecast_scores')).rejects.toThrow(/immutable/);
  });

  it('leaves what is not due and what has no target candle, and takes it up when the candle comes', async () => {
    const origin = START + 100 * HOUR_MS;
    const [soon, later] = [1, 4].map((horizonHours) =>
      forecastRow({ feed, venue, source: 'replay', origin, horizonHours }),
    ) as [ReturnType<typeof forecastRow>, ReturnType<typeof forecastRow>];
    await forecasts.store([soon, later]);
    const until = origin + HOUR_MS;
    await expect(service.scoreDue(feed, INSTRUMENT, until)).resolves.toEqual({ settled: 0, waiting: 1 });
    await insertHourly(market, venue, [closingAt(origin + HOUR_MS, 99), closingAt(origin + 4 * HOUR_MS, 98)]);
    await expect(service.scoreDue(feed, INSTRUMENT, until)).resolves.toEqual({ settled: 1, waiting: 0 });
    expect([...(await scores.mapByForecast([soon.id, later.id])).keys()]).toEqual([soon.id]);
    await service.scoreDue(feed, INSTRUMENT, origin + 4 * HOUR_MS);
  });

  it('looks only at targets after `since` when told so', async () => {
    const origins = [150, 151, 152].map((hours) => START + hours * HOUR_MS);
    const rows = origins.map((origin) => forecastRow({ feed, venue, source: 'replay', origin }));
    await forecasts.store(rows);
    await insertHourly(
      market,
      venue,
      origins.map((origin) => closingAt(origin + HOUR_MS, 100)),
    );
    const [first, second, third] = origins.map((origin) => origin + HOUR_MS);
    await expect(service.scoreDue(feed, INSTRUMENT, second!, first)).resolves.toEqual({
      settled: 1,
      waiting: 0,
    });
    expect([...(await scores.mapByForecast(rows.map(({ id }) => id))).keys()]).toEqual([rows[1]!.id]);
    await expect(service.scoreDue(feed, INSTRUMENT, third!)).resolves.toEqual({ settled: 2, waiting: 0 });
  });

  it('settles a variant by the venue that it was made from, not by another', async () => {
    const origin = START + 200 * HOUR_MS;
    const target = origin + HOUR_MS;
    const own = forecastRow({ feed: 'live', venue: 'binance', origin });
    const variant = forecastRow({ feed: 'live', venue: 'kraken', origin });
    await forecasts.store([own]);
    await forecasts.store([variant]);
    await insertHourly(market, 'binance', [closingAt(target, 102)]);
    await expect(service.scoreDue('live', INSTRUMENT, target)).resolves.toEqual({ settled: 1, waiting: 1 });
    await insertHourly(market, 'kraken', [closingAt(target, 97)]);
    await service.scoreDue('live', INSTRUMENT, target);
    const found = await scores.mapByForecast([own.id, variant.id]);
    expect(found.get(own.id)?.outcomeClose).toBe(102);
    expect(found.get(variant.id)?.outcomeClose).toBe(97);
  });

  it('may run many times at once: every forecast gets one score, and each is announced once', async () => {
    const origins = Array.from({ length: 700 }, (_, i) => START + (1_000 + i) * HOUR_MS);
    const rows = origins.map((origin) => forecastRow({ feed, venue, source: 'replay', origin }));
    await forecasts.store(rows);
    await insertHourly(
      market,
      venue,
      origins.map((origin, i) => closingAt(origin + HOUR_MS, 90 + (i % 20))),
    );
    const announced: EventOf<'forecast.matured'>[] = [];
    const subscription = market.events.subscribe('forecast.matured', (event) => void announced.push(event));
    await waitFor(() => market.events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    const until = START + 3_000 * HOUR_MS;
    const results = await Promise.all([1, 2, 3].map(() => service.scoreDue(feed, INSTRUMENT, until)));
    expect(results.reduce((sum, { settled }) => sum + settled, 0)).toBe(700);
    expect((await scores.mapByForecast(rows.map(({ id }) => id))).size).toBe(700);
    const ids = () => announced.flatMap((event) => event.ids);
    await waitFor(() => ids().length >= 700, { deadlineMs: 5_000, what: '700 announcements' });
    expect(new Set(ids()).size).toBe(ids().length);
    subscription.unsubscribe();
  });

  it('gives a forecast up as void after seven days without its target candle, and not a moment before', async () => {
    const origin = START + 5_000 * HOUR_MS;
    const row = forecastRow({ feed, venue, source: 'replay', origin });
    await forecasts.store([row]);
    const overdueAt = row.targetAt.getTime() + VOID_AFTER_MS;
    await setFeed(market, { feed, venue, eventAt: overdueAt - 1 });
    await expect(service.voidOverdue(feed, INSTRUMENT)).resolves.toEqual({ settled: 0, waiting: 0 });
    await setFeed(market, { feed, venue, eventAt: overdueAt });
    await expect(service.voidOverdue(feed, INSTRUMENT)).resolves.toEqual({ settled: 1, waiting: 0 });
    const score = (await scores.mapByForecast([row.id])).get(row.id);
    expect(score).toMatchObject({ state: 'void', outcomeClose: null, pinball: null, baselinePinball: {} });
    await insertHourly(market, venue, [closingAt(row.targetAt.getTime(), 100)]);
    await expect(service.scoreDue(feed, INSTRUMENT, overdueAt)).resolves.toEqual({ settled: 0, waiting: 0 });
  });

  it('scores what is overdue but has its candle after all, rather than void it', async () => {
    const origin = START + 6_000 * HOUR_MS;
    const row = forecastRow({ feed, venue, source: 'replay', origin });
    await forecasts.store([row]);
    await insertHourly(market, venue, [closingAt(origin + HOUR_MS, 103)]);
    await setFeed(market, { feed, venue, eventAt: origin + HOUR_MS + 2 * VOID_AFTER_MS });
    await service.voidOverdue(feed, INSTRUMENT);
    expect((await scores.mapByForecast([row.id])).get(row.id)?.state).toBe('matured');
  });

  it('voids nothing while event time is unknown', async () => {
    await setFeed(market, { feed, venue, eventAt: START + 9_000 * HOUR_MS });
    market.clock.advance(31_000);
    await expect(service.voidOverdue(feed, INSTRUMENT)).rejects.toMatchObject({
      kind: 'transient',
      code: 'market.clock_unknown',
    });
  });
});
