import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrivals, median, percentile } from './statistics.mjs';

const someNumbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), {
  minLength: 1,
  maxLength: 200,
});

describe('percentile', () => {
  it('is the smallest value that at least that share of the values does not exceed', () => {
    fc.assert(
      fc.property(someNumbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
        const result = percentile(values, p);
        expect(values).toContain(result);
        const share = (below: (value: number) => boolean) => values.filter(below).length / values.length;
        expect(share((value) => value <= result)).toBeGreaterThanOrEqual(p - 1e-9);
        expect(share((value) => value < result)).toBeLessThan(p + 1e-9);
      }),
    );
  });

  it('refuses to speak of no values at all', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('median', () => {
  it('has as many values below as above', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('arrivals', () => {
  it('come at equal distances when they are even', () => {
    expect([...arrivals('even', 4, 1)]).toEqual([0, 250, 500, 750]);
  });

  it('come at exponential distances when they are Poisson: their deviation equals their mean', () => {
    const times = arrivals('poisson', 1_000, 100);
    const distances = [...times].slice(1).map((at, i) => at - times[i]!);
    const mean = distances.reduce((sum, each) => sum + each, 0) / distances.length;
    const variance = distances.reduce((sum, each) => sum + (each - mean) ** 2, 0) / distances.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.02); // 100,000 distances: six standard errors
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.03);
  });

  it('are the same for the same seed and others for another', () => {
    expect(arrivals('poisson', 100, 1, 5)).toEqual(arrivals('poisson', 100, 1, 5));
    expect(arrivals('poisson', 100, 1, 5)).not.toEqual(arrivals('poisson', 100, 1, 6));
  });
});
