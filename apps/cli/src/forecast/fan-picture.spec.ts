import { describe, expect, it } from '@jest/globals';
import { type Horizon, HORIZONS, QUANTILE_KEYS, type Quantiles } from '@btcforecast/contracts';
import fc from 'fast-check';
import { fanPicture, priceText } from './fan-picture.js';

function forecast(horizon: Horizon, price: number, quantiles: readonly number[]) {
  const entries = QUANTILE_KEYS.map((key, index) => [key, quantiles[index]]);
  return { horizon, price, quantiles: Object.fromEntries(entries) as Quantiles };
}

describe('the picture of forecasts', () => {
  it('draws each horizon on one scale, the median over the middle half over the tails', () => {
    const lines = fanPicture([
      forecast('1h', 100, [99, 99.2, 99.6, 100, 100.4, 100.8, 101]),
      forecast('168h', 100, [80, 85, 93, 101, 108, 115, 120]),
    ]);
    // 60 columns for 40 dollars: 93 is column 19, 100 column 30, 101 column 31, 108 column 41.
    expect(lines).toEqual([
      '     80.00                                                 120.00',
      '1h                               ━█┃─',
      '168h ───────━━━━━━━━━━━━███████████·┃██████████━━━━━━━━━━────────',
    ]);
  });

  it('stays inside its width and shows every median, whatever the prices', () => {
    const prices = fc.array(fc.double({ min: 1e-3, max: 1e7, noNaN: true }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(prices, fc.double({ min: 1e-3, max: 1e7, noNaN: true }), (values, price) => {
        const sorted = [...values].sort((a, b) => a - b);
        const lines = fanPicture(HORIZONS.map((horizon) => forecast(horizon, price, sorted)));
        expect(lines).toHaveLength(5);
        for (const line of lines.slice(1)) {
          expect(line.split('┃')).toHaveLength(2);
          expect(line.length).toBeLessThanOrEqual(65);
        }
      }),
    );
  });
});

describe('a price', () => {
  it.each([
    [95_000.4, '95,000'],
    [1.5, '1.50'],
    [0.000012, '0.000012'],
  ])('of %d is written %s', (price, text) => {
    expect(priceText(price)).toBe(text);
  });
});
