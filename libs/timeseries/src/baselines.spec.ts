import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  expectBlindToTheFuture,
  expectSameBits,
  type Computation,
} from '../test/expect-blind-to-the-future.js';
import { livelyMarket, simulatedMarket } from '../test/simulated-market.js';
import { BASELINE_NAMES, baselineQuantiles } from './baselines.js';
import { DAY_MS, HOUR_MS } from './candle.js';
import { ewmaRandomWalk } from './ewma-rw.js';
import { garchT } from './garch-t.js';
import { WINDOW_SLOTS } from './har-features.js';
import { hourlyWindow, sliceWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { intervalCovers } from './interval-coverage.js';
import { trailingReturnQuantiles } from './uncond-1y.js';

const HORIZONS = [1, 4, 24, 168];
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const HOURS = WINDOW_SLOTS + 900;
const { candles, end } = livelyMarket(HOURS, 3);
const history = hourlyWindow(candles, end, HOURS);
const ORIGINS = [0, 1, 30, 500, 860].map((hours) => end - hours * HOUR_MS);

const baselines: Computation = (from, origin) => {
  const quantiles = baselineQuantiles(sliceWindow(from, origin, WINDOW_SLOTS), HORIZONS, LEVELS);
  return BASELINE_NAMES.flatMap((name) => quantiles[name].flat());
};

describe('baselineQuantiles', () => {
  it('never crosses: each horizon ascends', () => {
    for (const origin of ORIGINS) {
      const quantiles = baselineQuantiles(sliceWindow(history, origin, WINDOW_SLOTS), HORIZONS, LEVELS);
      for (const row of BASELINE_NAMES.flatMap((name) => quantiles[name])) {
        expect([...row].sort((a, b) => a - b)).toEqual(row);
        expect(row).toHaveLength(LEVELS.length);
        expect(row.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('does not see anything after the origin', () => {
    for (const origin of ORIGINS.slice(1)) expectBlindToTheFuture(baselines, candles, origin);
  });

  it('gives the same bits in any order of calls: what is remembered changes nothing', () => {
    const alone = ORIGINS.map((origin) => baselines(history, origin));
    const other = hourlyWindow(livelyMarket(HOURS, 4).candles, end, HOURS);
    fc.assert(
      fc.property(fc.array(fc.nat(ORIGINS.length - 1), { minLength: 1, maxLength: 4 }), (order) => {
        for (const index of order) {
          baselines(other, ORIGINS[index]!);
          expectSameBits(alone[index]!, baselines(history, ORIGINS[index]!), `origin ${index}`);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('refuses a young market', () => {
    const young = sliceWindow(history, end - (HOURS - 400) * HOUR_MS, WINDOW_SLOTS);
    expect(() => baselineQuantiles(young, HORIZONS, LEVELS)).toThrow(InsufficientHistoryError);
  });
});

describe('uncond_1y', () => {
  it('is the quantile of the returns that ended in the last 8,760 hours', () => {
    const window = sliceWindow(history, end, WINDOW_SLOTS);
    const closes = new Map(candles.map(({ openTime, close }) => [openTime + HOUR_MS, close]));
    const returns: number[] = [];
    for (let back = 0; back < 8_760; back++) {
      const [from, to] = [closes.get(end - (back + 24) * HOUR_MS), closes.get(end - back * HOUR_MS)];
      if (from && to) returns.push(Math.log(to / from));
    }
    returns.sort((a, b) => a - b);
    const [low, median] = trailingReturnQuantiles(window, 24, [0.05, 0.5]);
    const at = (level: number): number => {
      const position = level * (returns.length - 1);
      const below = Math.floor(position);
      return returns[below]! * (1 - position + below) + returns[below + 1]! * (position - below);
    };
    expect(low).toBeCloseTo(at(0.05), 14);
    expect(median).toBeCloseTo(at(0.5), 14);
  });
});

describe.each([
  ['ewma_rw', ewmaRandomWalk],
  ['garch_t', garchT],
])('%s', (_name, forecast) => {
  it('covers a known random walk as often as it says, within binomial bounds', () => {
    const market = simulatedMarket(WINDOW_SLOTS + 1_200, 21);
    const all = hourlyWindow(market.candles, market.end, WINDOW_SLOTS + 1_200);
    for (const hours of [1, 4]) {
      let covered = 0;
      let n = 0;
      for (let back = hours; back <= 1_200; back += hours) {
        const origin = market.end - back * HOUR_MS;
        const [quantiles] = forecast(sliceWindow(all, origin, WINDOW_SLOTS), [hours], LEVELS);
        const now = all.close.length - back - 1;
        covered += intervalCovers(
          Math.log(all.close[now + hours]! / all.close[now]!),
          quantiles!,
          LEVELS,
          0.8,
        )
          ? 1
          : 0;
        n++;
      }
      expect(Math.abs(covered / n - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / n));
    }
  });

  it('widens after a shock and with the horizon', () => {
    const shockFrom = end - 900 * HOUR_MS - 24 * HOUR_MS;
    // Volatility swings over a fortnight: without any swings GARCH rightly learns to ignore a shock.
    const swinging = (openTime: number): number =>
      0.006 * (1.2 + Math.sin((2 * Math.PI * openTime) / (14 * DAY_MS)));
    const calm = simulatedMarket(WINDOW_SLOTS, 5, swinging);
    const wild = simulatedMarket(
      WINDOW_SLOTS,
      5,
      (openTime) => swinging(openTime) * (openTime >= shockFrom ? 3 : 1),
    );
    const width = (market: typeof calm, hours: number): number => {
      const [row] = forecast(hourlyWindow(market.candles, market.end, WINDOW_SLOTS), [hours], LEVELS);
      return row!.at(-1)! - row![0]!;
    };
    expect(width(wild, 1)).toBeGreaterThan(1.5 * width(calm, 1));
    expect(width(calm, 24)).toBeGreaterThan(3 * width(calm, 1));
  });
});

describe('ewma_rw', () => {
  it('scales the shape of the year by the present volatility', () => {
    const window = sliceWindow(history, end, WINDOW_SLOTS);
    const closes = [...window.close.subarray(WINDOW_SLOTS - (8_760 + 168 + 720))];
    const squares = closes.map((close, i) => (i === 0 ? NaN : Math.log(close / closes[i - 1]!) ** 2));
    const start = squares.slice(0, 168).filter((square) => !Number.isNaN(square));
    let variance = start.reduce((a, b) => a + b) / start.length;
    const volatilities = squares.map((square) => {
      variance = Number.isNaN(square) ? variance : 0.98 * variance + 0.02 * square;
      return Math.sqrt(variance);
    });
    const shape = closes
      .map((close, i) => Math.log(closes[i + 4]! / close) / volatilities[i]! / 2)
      .filter((value, i) => i >= closes.length - 8_760 - 4 && Number.isFinite(value))
      .sort((a, b) => a - b);
    const median =
      shape.length % 2
        ? shape[(shape.length - 1) / 2]!
        : (shape[shape.length / 2 - 1]! + shape[shape.length / 2]!) / 2;
    expect(ewmaRandomWalk(window, [4], [0.5])[0]![0]).toBeCloseTo(median * volatilities.at(-1)! * 2, 14);
  });
});
