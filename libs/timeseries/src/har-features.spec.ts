import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  expectBlindToTheFuture,
  expectSameBits,
  type Computation,
} from '../test/expect-blind-to-the-future.js';
import { livelyMarket, MARKET_START } from '../test/simulated-market.js';
import { featuresByHand } from '../test/features-by-hand.js';
import { HOUR_MS, type Candle } from './candle.js';
import { featureSeries } from './feature-series.js';
import { FEATURE_NAMES, harFeatures, harStateAt, WINDOW_SLOTS } from './har-features.js';
import { hourlyWindow, sliceWindow, slotIndex } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';

const HOURS = WINDOW_SLOTS + 900;
const { candles, end } = livelyMarket(HOURS, 11);
const history = hourlyWindow(candles, end, HOURS);
const series = featureSeries(history);
const ORIGINS = [0, 1, 5, 13, 24, 167, 200, 401].map((hours) => end - hours * HOUR_MS);

const flatten = (state: ReturnType<typeof harFeatures>): number[] => [
  ...state.features,
  state.hourlyVolatility,
  ...state.season,
];
const har: Computation = (from, origin) => flatten(harStateAt(featureSeries(from), origin));

describe('harFeatures', () => {
  it('equals a slow computation by another route', () => {
    for (const origin of ORIGINS) {
      const { features, hourlyVolatility, season } = harStateAt(series, origin);
      const byHand = featuresByHand(candles, origin);
      expect(Math.abs(hourlyVolatility / byHand.hourlyVolatility - 1)).toBeLessThan(1e-12);
      season.forEach((factor, hour) => expect(Math.abs(factor - byHand.season[hour]!)).toBeLessThan(1e-12));
      for (const [i, name] of FEATURE_NAMES.entries()) {
        const error = Math.abs(features[i]! - byHand.features[name]!);
        expect({ name, close: error < 1e-9 }).toEqual({ name, close: true });
      }
    }
  });

  it('gives the same bits for one window and for a series that holds more on either side', () => {
    for (const origin of ORIGINS) {
      const single = harFeatures(sliceWindow(history, origin, WINDOW_SLOTS));
      expectSameBits(flatten(harStateAt(series, origin)), flatten(single), `at ${origin}`);
    }
  });

  it('does not depend on candles before the window', () => {
    const origin = end;
    const inside = candles.filter(({ openTime }) => openTime >= origin - WINDOW_SLOTS * HOUR_MS);
    const fromInside = har(hourlyWindow(inside, end, HOURS), origin);
    expectSameBits(har(history, origin), fromInside, 'without what lies before');
  });

  it('does not see anything after the origin', () => {
    for (const origin of ORIGINS.slice(1)) expectBlindToTheFuture(har, candles, origin);
  });

  it('is caught when it leaks: a feature that reads the next candle fails the same test', () => {
    const leaking: Computation = (from, origin) => {
      return [...har(from, origin), from.close[slotIndex(from, origin)] ?? NaN];
    };
    expect(() => expectBlindToTheFuture(leaking, candles, ORIGINS[1]!)).toThrow('instead of');
  });

  it('is caught when it leaks through surroundings that reach beyond the origin', () => {
    const leaking: Computation = (from, origin) => {
      const lastSlot = slotIndex(from, origin) - 1;
      return [featureSeries(from).relative[lastSlot] ?? NaN];
    };
    expect(() => expectBlindToTheFuture(leaking, candles, ORIGINS[6]!)).toThrow('instead of');
  });

  it('stays finite whatever is missing, or says that too little is there', () => {
    const recent = candles.filter(({ openTime }) => openTime >= end - 2_600 * HOUR_MS);
    const missing = fc.array(
      fc.record({ start: fc.integer({ min: 0, max: 2_600 }), length: fc.integer({ min: 1, max: 120 }) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(missing, (gaps) => {
        const kept = recent.filter(({ openTime }) => {
          const back = (end - openTime) / HOUR_MS;
          return !gaps.some(({ start, length }) => back >= start && back < start + length);
        });
        const state = stateOrNull(kept);
        if (state) expect(flatten(state).every(Number.isFinite)).toBe(true);
        else expect(isTooLittle(kept)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('stays finite in a market that stands still, without trades', () => {
    const still = candles.map(({ openTime }) => flat(openTime, 0));
    const state = harFeatures(hourlyWindow(still, end, WINDOW_SLOTS));
    expect(flatten(state).every(Number.isFinite)).toBe(true);
  });

  it('takes an hour without volume as a small one', () => {
    const quiet = candles.map((candle) =>
      candle.openTime === end - HOUR_MS ? flat(candle.openTime, 0) : candle,
    );
    const { features } = harFeatures(hourlyWindow(quiet, end, WINDOW_SLOTS));
    expect(features[FEATURE_NAMES.indexOf('log_volume_1h')]).toBeCloseTo(Math.log(0.01), 12);
  });

  it('refuses an origin whose last candle is missing, and a young market', () => {
    const missing = candles.filter(({ openTime }) => openTime !== end - HOUR_MS);
    expect(() => harFeatures(hourlyWindow(missing, end, WINDOW_SLOTS))).toThrow(InsufficientHistoryError);
    const young = hourlyWindow(candles.slice(0, 2_000), MARKET_START + 2_000 * HOUR_MS, WINDOW_SLOTS);
    expect(() => harFeatures(young)).toThrow(/90 days/);
  });

  it('names each feature once', () => {
    expect(new Set(FEATURE_NAMES).size).toBe(FEATURE_NAMES.length);
    expect(harStateAt(series, end).features).toHaveLength(FEATURE_NAMES.length);
  });
});

function stateOrNull(kept: readonly Candle[]): ReturnType<typeof harFeatures> | null {
  try {
    return harFeatures(hourlyWindow(kept, end, WINDOW_SLOTS));
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return null;
    throw error;
  }
}

function isTooLittle(kept: readonly Candle[]): boolean {
  const since = (hours: number): number =>
    kept.filter(({ openTime }) => openTime >= end - hours * HOUR_MS).length;
  return since(1) < 1 || since(168) < 84 || kept.length < 2_160;
}

function flat(openTime: number, volume: number): Candle {
  return { openTime, open: 100, high: 100, low: 100, close: 100, volume };
}
