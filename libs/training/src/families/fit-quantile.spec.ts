import { describe, expect, it } from '@jest/globals';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { fitQuantile } from './fit-quantile.js';

const ROWS = 20_000;
const WIDTH = 3;
const LEVELS = [0.05, 0.25, 0.5, 0.9];
const RIDGE = 1e-6;

/** value = 0.3 x₁ + (1 + 0.5 x₁) · e with e logistic, x₁ and x₂ uniform on (−1, 1): its quantiles are linear in x₁. */
function sample(seed: number) {
  const random = xoroshiro128plus(seed);
  const inputs = new Float64Array(ROWS * WIDTH);
  const values = new Float64Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const [x1, x2] = [2 * uniformFloat64(random) - 1, 2 * uniformFloat64(random) - 1];
    inputs.set([1, x1, x2], row * WIDTH);
    values[row] = 0.3 * x1 + (1 + 0.5 * x1) * logit(uniformFloat64(random));
  }
  return { inputs, values };
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

const data = sample(3);
const fitted = (level: number, ridge = RIDGE, start = [0, 0, 0]) =>
  fitQuantile(data, { level, ridge, start });

describe('fitQuantile', () => {
  it.each(LEVELS)('finds the true line of the %d quantile', (level) => {
    const [constant, first, second] = fitted(level);
    const tolerance = (5 * Math.sqrt((level * (1 - level)) / ROWS)) / (level * (1 - level)); // in standard errors
    expect(Math.abs(constant! - logit(level))).toBeLessThan(tolerance);
    expect(Math.abs(first! - (0.3 + 0.5 * logit(level)))).toBeLessThan(2 * tolerance);
    expect(Math.abs(second!)).toBeLessThan(2 * tolerance);
  });

  it.each(LEVELS)('leaves as many values below as the level %d says', (level) => {
    const beta = fitted(level);
    const below = data.values.filter((value, row) => {
      const [x0, x1, x2] = data.inputs.subarray(row * WIDTH, (row + 1) * WIDTH);
      return value < x0! * beta[0]! + x1! * beta[1]! + x2! * beta[2]!;
    });
    expect(below.length / ROWS).toBeCloseTo(level, 2);
  });

  it('does not depend on where it starts', () => {
    const near = fitted(0.9);
    const far = fitted(0.9, RIDGE, [5, -3, 2]);
    for (const [i, value] of near.entries()) expect(far[i]).toBeCloseTo(value, 3);
  });

  it('shrinks the coefficients with the penalty, never the constant', () => {
    const [constant, first] = fitted(0.9, 1_000);
    expect(Math.abs(first!)).toBeLessThan(1e-3);
    expect(constant).toBeGreaterThan(1.5);
  });

  it('refuses values that are no numbers', () => {
    const values = data.values.slice();
    values[7] = NaN;
    expect(() => fitQuantile({ ...data, values }, { level: 0.5, ridge: RIDGE, start: [0, 0, 0] })).toThrow(
      RangeError,
    );
  });
});
