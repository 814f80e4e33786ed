import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cdfAt, isInTail, partOfLevel, probabilityUp, quantileAt } from './quantile-curve.js';

const levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
/** Curves without atoms: gaps between a ten-thousandth and a tenth, as of log returns. */
const curves = fc
  .tuple(
    fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    fc.array(fc.double({ min: 1e-4, max: 0.1, noNaN: true }), { minLength: 6, maxLength: 6 }),
  )
  .map(([first, gaps]) => ({
    levels,
    quantiles: gaps.reduce((all, gap) => [...all, all.at(-1)! + gap], [first]),
  }));
const level = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('a curve through quantiles', () => {
  it('ascends strictly between any two levels', () => {
    fc.assert(
      fc.property(curves, level, level, (curve, p, q) => {
        fc.pre(Math.abs(p - q) > 1e-9);
        expect(quantileAt(curve, Math.min(p, q))).toBeLessThan(quantileAt(curve, Math.max(p, q)));
      }),
    );
  });

  it('finds the value of a probability, and the probability of that value', () => {
    fc.assert(
      fc.property(curves, level, (curve, p) => {
        expect(cdfAt(curve, quantileAt(curve, p))).toBeCloseTo(p, 9);
      }),
    );
  });

  it('adds up: below and between are below the upper end', () => {
    const values = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(curves, values, values, (curve, x, y) => {
        const [low, high] = [Math.min(x, y), Math.max(x, y)];
        const between = cdfAt(curve, high) - cdfAt(curve, low);
        expect(between).toBeGreaterThanOrEqual(0);
        expect(cdfAt(curve, low) + between + (1 - cdfAt(curve, high))).toBeCloseTo(1, 12);
      }),
    );
  });

  it('gives a rise the probability of a return above zero', () => {
    fc.assert(
      fc.property(curves, (curve) => {
        expect(probabilityUp(curve.quantiles, levels)).toBe(1 - cdfAt(curve, 0));
      }),
    );
  });

  it('says what it was told, what lies between and what is assumed', () => {
    const curve = { levels, quantiles: [-3, -2, -1, 0, 1, 2, 3] };
    expect([0.01, 0.05, 0.07, 0.5, 0.951].map((p) => partOfLevel(curve, p))).toEqual([
      'extrapolated',
      'head',
      'interpolated',
      'head',
      'extrapolated',
    ]);
    expect([-3.1, -3, 0.5, 3, 3.1].map((value) => isInTail(curve, value))).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(() => partOfLevel({ levels: [0.5], quantiles: [1] }, 0.5)).toThrow(RangeError);
  });
});
