import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { solveCholesky } from './cholesky.js';
import { fitScale } from './fit-scale.js';

const ROWS = 20_000;
const TRUTH = [-0.4, 0.3, -0.2, 0];

function sample(seed: number) {
  const random = xoroshiro128plus(seed);
  const inputs = new Float64Array(ROWS * TRUTH.length);
  const magnitudes = new Float64Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    let log = 0;
    for (const [i, beta] of TRUTH.entries()) {
      const x = i === 0 ? 1 : 2 * uniformFloat64(random) - 1;
      inputs[row * TRUTH.length + i] = x;
      log += x * beta;
    }
    magnitudes[row] = Math.exp(log) * -Math.log(1 - uniformFloat64(random)); // exponential with mean σ
  }
  return { inputs, magnitudes };
}

describe('solveCholesky', () => {
  it('solves any positive definite system', () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 16, maxLength: 16 }),
        fc.array(entry, { minLength: 4, maxLength: 4 }),
        (factor, solution) => {
          const at = (i: number, j: number): number =>
            [0, 1, 2, 3].reduce((sum, k) => sum + factor[i * 4 + k]! * factor[j * 4 + k]!, i === j ? 0.5 : 0);
          const matrix = Float64Array.from({ length: 16 }, (_, k) => at(k >> 2, k % 4));
          const right = Float64Array.from({ length: 4 }, (_, i) =>
            solution.reduce((sum, value, j) => sum + at(i, j) * value, 0),
          );
          solveCholesky(matrix, right).forEach((value, i) => expect(value).toBeCloseTo(solution[i]!, 8));
        },
      ),
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => solveCholesky(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toThrow(RangeError);
  });
});

describe('fitScale', () => {
  it('finds the coefficients that made the magnitudes', () => {
    fitScale(sample(1), 0).forEach((beta, i) => expect(Math.abs(beta - TRUTH[i]!)).toBeLessThan(0.05));
  });

  it('ends where the gradient of its loss is zero', () => {
    const { inputs, magnitudes } = sample(2);
    const ridge = 0.05;
    const beta = fitScale({ inputs, magnitudes }, ridge);
    for (let i = 0; i < TRUTH.length; i++) {
      let gradient = i === 0 ? 0 : ridge * beta[i]!;
      for (let row = 0; row < ROWS; row++) {
        const x = inputs.subarray(row * TRUTH.length, (row + 1) * TRUTH.length);
        const log = x.reduce((sum, value, k) => sum + value * beta[k]!, 0);
        gradient += (x[i]! * (1 - magnitudes[row]! * Math.exp(-log))) / ROWS;
      }
      expect(Math.abs(gradient)).toBeLessThan(1e-5);
    }
  });

  it('shrinks with the ridge', () => {
    const weak = fitScale(sample(3), 0.001);
    const strong = fitScale(sample(3), 10);
    for (let i = 1; i < TRUTH.length - 1; i++)
      expect(Math.abs(strong[i]!)).toBeLessThan(Math.abs(weak[i]!) / 5);
  });

  it('refuses magnitudes that are all zero, or no numbers', () => {
    const { inputs } = sample(4);
    expect(() => fitScale({ inputs, magnitudes: new Float64Array(ROWS) }, 0)).toThrow(RangeError);
    expect(() => fitScale({ inputs, magnitudes: new Float64Array(ROWS).fill(NaN) }, 0)).toThrow(RangeError);
  });
});
