import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, type Candle } from './candle.js';
import { resample } from './resample.js';

const START = Date.UTC(2025, 0, 1);
const minute = (index: number): Candle => {
  const base = 100 + Math.sin(index) * 5;
  return {
    openTime: START + index * MINUTE_MS,
    open: base,
    high: base + (index % 7),
    low: base - (index % 5),
    close: base + Math.cos(index),
    volume: index % 11,
  };
};
const minutes = (count: number): Candle[] => Array.from({ length: count }, (_, i) => minute(i));

describe('resample', () => {
  it('derives open, high, low, close and volume from the parts', () => {
    const parts = minutes(5);
    expect(resample(parts, '1m', '5m')).toEqual([
      {
        openTime: START,
        open: parts[0]!.open,
        high: Math.max(...parts.map(({ high }) => high)),
        low: Math.min(...parts.map(({ low }) => low)),
        close: parts[4]!.close,
        volume: 0 + 1 + 2 + 3 + 4,
      },
    ]);
  });

  it('derives nothing from an incomplete set of parts', () => {
    expect(resample(minutes(4), '1m', '5m')).toEqual([]);
    const holed = minutes(120).filter((_, i) => i !== 70);
    expect(resample(holed, '1m', '1h').map(({ openTime }) => openTime)).toEqual([START]);
  });

  it('gives the same candles whatever the order, with duplicates ignored in favour of the first', () => {
    const parts = minutes(60);
    const expected = resample(parts, '1m', '15m');
    const duplicates = parts.map((part) => ({ ...part, high: part.high + 1000 }));
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: 60 }), (shuffled) => {
        expect(resample([...shuffled, ...duplicates], '1m', '15m')).toEqual(expected);
      }),
    );
    expect(expected).toHaveLength(4);
  });

  it('gives the same candles in one go and piece by piece', () => {
    const parts = minutes(180);
    const pieces = [0, 1, 2].flatMap((i) => resample(parts.slice(i * 60, (i + 1) * 60), '1m', '1h'));
    expect(pieces).toEqual(resample(parts, '1m', '1h'));
  });

  it('aligns days and four-hour candles to UTC midnight', () => {
    const hours = Array.from({ length: 50 }, (_, i) => ({
      ...minute(i),
      openTime: START + (i - 1) * HOUR_MS,
    }));
    expect(resample(hours, '1h', '1d').map(({ openTime }) => openTime)).toEqual([
      START,
      START + 24 * HOUR_MS,
    ]);
    expect(resample(hours, '1h', '4h')[0]!.openTime).toBe(START);
  });

  it('ignores candles off the grid and refuses to derive finer ones', () => {
    const shifted = minutes(5).map((part) => ({ ...part, openTime: part.openTime + 1 }));
    expect(resample(shifted, '1m', '5m')).toEqual([]);
    expect(() => resample([], '1h', '15m')).toThrow(RangeError);
    expect(() => resample([], '1h', '1h')).toThrow(RangeError);
  });
});
