import { Candle } from '@btcforecast/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { candle } from './candle.js';

describe('candle', () => {
  it('takes what is given and fills in the rest', () => {
    expect(candle({ close: 101, volume: 3 })).toMatchObject({ open: 100, close: 101, volume: 3 });
  });

  it('is sound for any open and close', () => {
    const price = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(price, price, (open, close) => {
        const made = Candle.parse(candle({ open, close }));
        expect(made.high).toBeGreaterThanOrEqual(Math.max(open, close));
        expect(made.low).toBeLessThanOrEqual(Math.min(open, close));
      }),
    );
  });
});
