import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectSameBits } from '../test/expect-blind-to-the-future.js';
import { livelyMarket } from '../test/simulated-market.js';
import { HOUR_MS } from './candle.js';
import { WINDOW_SLOTS } from './har-features.js';
import { hourlyWindow, sliceWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { RollingReturnQuantiles } from './rolling-return-quantiles.js';
import { trailingReturnQuantiles } from './uncond-1y.js';

const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const HOURS = 12_000;
const { candles, end } = livelyMarket(HOURS, 8);
const history = hourlyWindow(candles, end, HOURS);

describe('RollingReturnQuantiles', () => {
  it('gives the bits of the window alone wherever the origin goes, forward, back or far', () => {
    const stops = fc.array(fc.integer({ min: 800, max: HOURS }), { minLength: 2, maxLength: 6 });
    const steps = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(stops, steps, fc.constantFrom(1, 24, 168), (jumps, walk, hours) => {
        const rolling = new RollingReturnQuantiles(history.close, hours);
        const walked = walk.map((_, i) => 9_000 + walk.slice(0, i + 1).reduce((a, b) => a + b));
        for (const stop of [...jumps, ...walked]) {
          const window = sliceWindow(history, end - (HOURS - stop) * HOUR_MS, WINDOW_SLOTS);
          const expected = trailingReturnQuantiles(window, hours, LEVELS);
          expectSameBits(expected, rolling.at(stop, WINDOW_SLOTS, LEVELS), `slot ${stop}`);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('refuses fewer than 500 returns', () => {
    const rolling = new RollingReturnQuantiles(history.close, 24);
    expect(() => rolling.at(520, WINDOW_SLOTS, LEVELS)).toThrow(InsufficientHistoryError);
    expect(rolling.at(530, WINDOW_SLOTS, LEVELS)).toHaveLength(LEVELS.length);
  });
});
