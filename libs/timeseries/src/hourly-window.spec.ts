import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, type Candle } from './candle.js';
import { hourlyWindow, presentSlots, sliceWindow, slotIndex } from './hourly-window.js';

const ORIGIN = Date.UTC(2025, 0, 1);
const candleAt = (slotsBefore: number, price = slotsBefore): Candle => ({
  openTime: ORIGIN - slotsBefore * HOUR_MS,
  open: price,
  high: price + 1,
  low: price - 1,
  close: price + 0.5,
  volume: price * 10,
});

describe('hourlyWindow', () => {
  it('places each candle in its slot and leaves the others NaN', () => {
    const window = hourlyWindow([candleAt(1), candleAt(3)], ORIGIN, 4);
    expect([...window.open]).toEqual([NaN, 3, NaN, 1]);
    expect([...window.high]).toEqual([NaN, 4, NaN, 2]);
    expect([...window.low]).toEqual([NaN, 2, NaN, 0]);
    expect([...window.close]).toEqual([NaN, 3.5, NaN, 1.5]);
    expect([...window.volume]).toEqual([NaN, 30, NaN, 10]);
    expect(window.end).toBe(ORIGIN);
  });

  it('ignores candles at or after the origin, before the window and off the hour', () => {
    const offGrid = { ...candleAt(2), openTime: ORIGIN - 2 * HOUR_MS + 60_000 };
    const window = hourlyWindow([candleAt(0), candleAt(-3), candleAt(5), offGrid], ORIGIN, 4);
    expect(presentSlots(window.close, 0, 4)).toBe(0);
  });

  it('keeps the first of two candles for one slot', () => {
    const window = hourlyWindow([candleAt(2, 100), candleAt(2, 200)], ORIGIN, 2);
    expect(window.open[0]).toBe(100);
  });

  it('gives the same window whatever the order of the candles', () => {
    const candles = Array.from({ length: 20 }, (_, i) => candleAt(i + 1));
    const expected = hourlyWindow(candles, ORIGIN, 24);
    fc.assert(
      fc.property(fc.shuffledSubarray(candles, { minLength: 20 }), (shuffled) => {
        expect(hourlyWindow(shuffled, ORIGIN, 24)).toEqual(expected);
      }),
    );
  });

  it('refuses an origin off the hour and a length that is none', () => {
    expect(() => hourlyWindow([], ORIGIN + 1, 4)).toThrow(RangeError);
    expect(() => hourlyWindow([], ORIGIN, 0)).toThrow(RangeError);
    expect(() => hourlyWindow([], ORIGIN, 2.5)).toThrow(RangeError);
  });
});

describe('sliceWindow', () => {
  const candles = Array.from({ length: 30 }, (_, i) => candleAt(i + 1));
  const history = hourlyWindow(candles, ORIGIN, 30);

  it('equals the window laid out from the candles, also where it reaches back before the series', () => {
    for (const [origin, slots] of [
      [ORIGIN, 10],
      [ORIGIN - 7 * HOUR_MS, 10],
      [ORIGIN - 25 * HOUR_MS, 10],
      [ORIGIN - 40 * HOUR_MS, 5],
    ] as const) {
      expect(sliceWindow(history, origin, slots)).toEqual(hourlyWindow(candles, origin, slots));
    }
  });

  it('refuses an origin after the end or off the grid', () => {
    expect(() => sliceWindow(history, ORIGIN + HOUR_MS, 5)).toThrow(RangeError);
    expect(() => sliceWindow(history, ORIGIN - 1, 5)).toThrow(RangeError);
  });

  it('finds slots by their open time', () => {
    expect(slotIndex(history, ORIGIN)).toBe(30);
    expect(slotIndex(history, ORIGIN - HOUR_MS)).toBe(29);
    expect(slotIndex(history, ORIGIN - 31 * HOUR_MS)).toBe(-1);
  });
});
