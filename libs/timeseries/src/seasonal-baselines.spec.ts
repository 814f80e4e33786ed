import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  expectBlindToTheFuture,
  expectSameBits,
  type Computation,
} from '../test/expect-blind-to-the-future.js';
import { livelyMarket, simulatedMarket } from '../test/simulated-market.js';
import { DAY_MS, HOUR_MS } from './candle.js';
import { ewmaGkSeasonalAt } from './ewma-gk-seasonal.js';
import { featureSeries } from './feature-series.js';
import { garchFhsSeasonalAt } from './garch-fhs-seasonal.js';
import { WINDOW_SLOTS } from './har-features.js';
import { hourlyWindow, sliceWindow, type HourlyWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { intervalCovers } from './interval-coverage.js';

const HORIZONS = [1, 4, 24, 168];
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const HOURS = WINDOW_SLOTS + 1_100;
const { candles, end } = livelyMarket(HOURS, 3);
const history = hourlyWindow(candles, end, HOURS);
const series = featureSeries(history);
/** Some straddle the first of a month, where GARCH is fitted anew. */
const ORIGINS = [
  ...[0, 1, 30, 500, 860].map((hours) => end - hours * HOUR_MS),
  Date.UTC(2022, 1, 1),
  Date.UTC(2022, 0, 31, 23), // reaches back farthest: the season is that of 31 days earlier
];
const originBack = fc.integer({ min: 0, max: 1_090 }).map((hours) => end - hours * HOUR_MS);

describe.each([
  ['ewma_gk_seas', ewmaGkSeasonalAt],
  ['garch_fhs_seas', garchFhsSeasonalAt],
])('%s', (_name, fromSeries) => {
  const compute: Computation = (from, origin) =>
    fromSeries(featureSeries(from), origin, HORIZONS, LEVELS).flat();
  const atItsEnd = (window: HourlyWindow, horizonsHours = HORIZONS) =>
    fromSeries(featureSeries(window), window.end, horizonsHours, LEVELS);

  it('gives finite quantiles that ascend, at any origin', () => {
    fc.assert(
      fc.property(originBack, (origin) => {
        for (const row of fromSeries(series, origin, HORIZONS, LEVELS)) {
          expect(row).toHaveLength(LEVELS.length);
          expect(row.every(Number.isFinite)).toBe(true);
          expect([...row].sort((a, b) => a - b)).toEqual(row);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has the same bits from the window alone, in any order', () => {
    for (const origin of ORIGINS.toReversed()) {
      const alone = compute(sliceWindow(history, origin, WINDOW_SLOTS), origin);
      expectSameBits(alone, fromSeries(series, origin, HORIZONS, LEVELS).flat(), `at ${origin}`);
    }
  });

  it('does not see anything after the origin', () => {
    for (const origin of ORIGINS.slice(1)) expectBlindToTheFuture(compute, candles, origin);
  });

  it('depends on returns alone: all prices times a power of two change no bit', () => {
    const doubled = candles.map(({ openTime, open, high, low, close, volume }) => ({
      openTime,
      open: 4 * open,
      high: 4 * high,
      low: 4 * low,
      close: 4 * close,
      volume,
    }));
    for (const origin of [ORIGINS[0]!, ORIGINS[4]!]) {
      const expected = fromSeries(series, origin, HORIZONS, LEVELS).flat();
      expectSameBits(expected, compute(hourlyWindow(doubled, end, HOURS), origin), 'four times the price');
    }
  });

  it('bears gaps: single candles, days and a silent month', () => {
    const missing = (openTime: number): boolean => {
      const back = (end - openTime) / HOUR_MS;
      return back % 13 === 5 || (back > 200 && back < 224) || (back > 2_000 && back < 2_720);
    };
    const holed = candles.filter(({ openTime }) => !missing(openTime));
    const rows = fromSeries(featureSeries(hourlyWindow(holed, end, HOURS)), end, HORIZONS, LEVELS);
    const whole = fromSeries(series, end, HORIZONS, LEVELS);
    for (const [h, row] of rows.entries()) {
      expect(row.every(Number.isFinite)).toBe(true);
      expect(Math.abs(Math.log((row[6]! - row[0]!) / (whole[h]![6]! - whole[h]![0]!)))).toBeLessThan(0.5);
    }
  });

  it('refuses a young market', () => {
    const young = hourlyWindow(candles.slice(-450), end, WINDOW_SLOTS);
    expect(() => atItsEnd(young)).toThrow(InsufficientHistoryError);
  });

  it('covers a known seasonal walk as often as it says, within binomial bounds, and knows its season', () => {
    const hours = WINDOW_SLOTS + 1_200;
    const factorAt = (openTime: number): number => 1 + 0.6 * Math.sin((2 * Math.PI * openTime) / DAY_MS);
    const market = simulatedMarket(hours, 21, (openTime) => 0.006 * factorAt(openTime));
    const all = featureSeries(hourlyWindow(market.candles, market.end, hours));
    const { close } = all.window;
    for (const ahead of [1, 4]) {
      let covered = 0;
      let n = 0;
      const widths = new Map<number, number>();
      for (let back = ahead; back <= 1_200; back += ahead) {
        const origin = market.end - back * HOUR_MS;
        const [quantiles] = fromSeries(all, origin, [ahead], LEVELS);
        const now = close.length - back - 1;
        const outcome = Math.log(close[now + ahead]! / close[now]!);
        covered += intervalCovers(outcome, quantiles!, LEVELS, 0.8) ? 1 : 0;
        widths.set((origin % DAY_MS) / HOUR_MS, quantiles![6]! - quantiles![0]!);
        n++;
      }
      expect(Math.abs(covered / n - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / n));
      expect(widths.get(4)! / widths.get(16)!).toBeGreaterThan(2); // the truth is above three
    }
  });

  it('widens after a shock and with the horizon', () => {
    const swinging = (openTime: number): number =>
      0.006 * (1.2 + Math.sin((2 * Math.PI * openTime) / (14 * DAY_MS)));
    const calm = simulatedMarket(WINDOW_SLOTS, 5, swinging);
    const shockFrom = calm.end - 24 * HOUR_MS;
    const wild = simulatedMarket(WINDOW_SLOTS, 5, (at) => swinging(at) * (at >= shockFrom ? 3 : 1));
    const width = (market: typeof calm, hours: number): number => {
      const [row] = atItsEnd(hourlyWindow(market.candles, market.end, WINDOW_SLOTS), [hours]);
      return row!.at(-1)! - row![0]!;
    };
    expect(width(wild, 1)).toBeGreaterThan(1.5 * width(calm, 1));
    expect(width(calm, 24)).toBeGreaterThan(3 * width(calm, 1));
  });
});

describe('garch_fhs_seas', () => {
  it('draws from nothing but the origin: two simulations of one origin are the same, of two origins differ', () => {
    const [one, again] = [0, 1].map(() => garchFhsSeasonalAt(series, end, [168], LEVELS)[0]!);
    expect(again).toEqual(one);
    const median = (origin: number) => garchFhsSeasonalAt(series, origin, [168], [0.5])[0]![0]!;
    expect(new Set([0, 1, 2, 3].map((back) => median(end - back * HOUR_MS))).size).toBe(4);
  });

  it('forecasts no drift, however much the market has risen', () => {
    const rising = candles.map((candle, i) => {
      const factor = Math.exp(0.0005 * i);
      const [open, high, low, close] = [candle.open, candle.high, candle.low, candle.close].map(
        (p) => p * factor,
      );
      return { ...candle, open: open!, high: high!, low: low!, close: close! };
    });
    const window = hourlyWindow(rising, end, WINDOW_SLOTS);
    const [row] = garchFhsSeasonalAt(featureSeries(window), end, [168], LEVELS);
    expect(Math.abs(row![3]!)).toBeLessThan(0.15 * (row![4]! - row![2]!)); // the rise itself is 0.084
  });
});
