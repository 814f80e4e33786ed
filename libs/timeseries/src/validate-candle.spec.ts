import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, type Candle } from './candle.js';
import { validateCandle } from './validate-candle.js';

const OPEN_TIME = Date.UTC(2025, 0, 1, 5);
const SOUND: Candle = { openTime: OPEN_TIME, open: 100, high: 103, low: 99, close: 101, volume: 7 };
const check = (change: Partial<Candle>, nowMs = OPEN_TIME + HOUR_MS): string | null =>
  validateCandle({ ...SOUND, ...change }, { intervalMs: HOUR_MS, nowMs });

describe('validateCandle', () => {
  it('accepts a sound candle at the very moment it closes', () => {
    expect(check({})).toBeNull();
  });

  it('accepts a flat candle without volume: nothing was traded', () => {
    expect(check({ open: 100, high: 100, low: 100, close: 100, volume: 0 })).toBeNull();
  });

  it.each([
    ['a close in the future', {}, OPEN_TIME + HOUR_MS - 1, /future/],
    ['an open time off the grid', { openTime: OPEN_TIME + 60_000 }, Infinity, /grid/],
    ['a fractional open time', { openTime: OPEN_TIME + 0.5 }, Infinity, /whole number/],
    ['a negative open time', { openTime: -HOUR_MS }, Infinity, /whole number/],
    ['a price of zero', { low: 0 }, Infinity, /positive/],
    ['a negative price', { open: -1 }, Infinity, /positive/],
    ['a NaN price', { close: NaN }, Infinity, /positive/],
    ['an infinite high', { high: Infinity }, Infinity, /positive/],
    ['a high below the close', { high: 100.5 }, Infinity, /high/],
    ['a low above the open', { low: 100.5 }, Infinity, /low/],
    ['a negative volume', { volume: -1 }, Infinity, /volume/],
    ['a NaN volume', { volume: NaN }, Infinity, /volume/],
  ] as const)('refuses %s', (_name, change, nowMs, reason) => {
    expect(check(change, nowMs)).toMatch(reason);
  });
});
