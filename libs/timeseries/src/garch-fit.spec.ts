import { describe, expect, it } from '@jest/globals';
import { normals } from '../test/simulated-market.js';
import { fitGarch, garchNextVariances, garchSumVariance } from './garch-fit.js';
import { nelderMead } from './nelder-mead.js';
import { logGamma, studentTCdf, studentTQuantile } from './student-t.js';

describe('studentTQuantile', () => {
  it.each([
    // From the usual tables (two-sided 90 %, 95 %, 99 % points) and, for one degree, from tan(pi (p - 1/2)).
    [0.95, 1, Math.tan(Math.PI * 0.45)],
    [0.9, 2, 1.885618083164127],
    [0.975, 4, 2.7764451051977987],
    [0.95, 5, 2.015048372669157],
    [0.995, 10, 3.169272672616951],
    [0.975, 30, 2.0422724563012373],
    [0.975, 1e7, 1.959964],
  ])('at %p with %p degrees of freedom is %p', (level, degrees, expected) => {
    expect(Math.abs(studentTQuantile(level, degrees) / expected - 1)).toBeLessThan(
      level === 0.975 && degrees > 1e6 ? 1e-6 : 1e-9,
    );
  });

  it('is odd around the median and the inverse of the distribution function', () => {
    for (const degrees of [2.1, 3.7, 8, 50]) {
      for (const level of [0.01, 0.05, 0.25, 0.5, 0.8]) {
        const value = studentTQuantile(level, degrees);
        expect(studentTQuantile(1 - level, degrees)).toBeCloseTo(-value, 9);
        expect(studentTCdf(value, degrees)).toBeCloseTo(level, 11);
      }
    }
  });

  it('refuses what is no level and no degree of freedom', () => {
    expect(() => studentTQuantile(1, 5)).toThrow(RangeError);
    expect(() => studentTQuantile(0.5, 0)).toThrow(RangeError);
  });

  it('rests on the logarithm of the gamma function', () => {
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 13);
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
  });
});

describe('nelderMead', () => {
  it("finds the minimum of Rosenbrock's valley", () => {
    const valley = ([x, y]: readonly number[]): number => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2;
    const [x, y] = nelderMead(valley, [-1.2, 1], {
      steps: [0.5, 0.5],
      tolerance: 1e-14,
      maxIterations: 1_000,
    });
    expect(x).toBeCloseTo(1, 5);
    expect(y).toBeCloseTo(1, 5);
  });
});

describe('fitGarch', () => {
  it('finds the parameters of a simulated process', () => {
    const truth = { longRunVariance: 4e-5, alpha: 0.08, beta: 0.9, degreesOfFreedom: 5 };
    const fitted = fitGarch(simulate(truth, 40_000, 9));
    expect(Math.abs(fitted.alpha - truth.alpha)).toBeLessThan(0.015);
    expect(Math.abs(fitted.beta - truth.beta)).toBeLessThan(0.02);
    expect(Math.abs(fitted.degreesOfFreedom - truth.degreesOfFreedom)).toBeLessThan(0.6);
    expect(Math.abs(fitted.longRunVariance / truth.longRunVariance - 1)).toBeLessThan(0.25);
  });

  it('gives the same bits for the same returns', () => {
    const returns = simulate(
      { longRunVariance: 4e-5, alpha: 0.1, beta: 0.85, degreesOfFreedom: 6 },
      3_000,
      2,
    );
    expect(fitGarch(returns)).toEqual(fitGarch(returns.slice()));
  });

  it('stays finite on returns that are all zero', () => {
    expect(Object.values(fitGarch(new Float64Array(1_000))).every(Number.isFinite)).toBe(true);
  });
});

describe('garchSumVariance', () => {
  const parameters = { longRunVariance: 2, alpha: 0.1, beta: 0.8, degreesOfFreedom: 5 };

  it('adds expected variances that revert to the long run', () => {
    expect(garchSumVariance(4, 1, parameters)).toBe(4);
    expect(garchSumVariance(4, 3, parameters)).toBeCloseTo(4 + (2 + 0.9 * 2) + (2 + 0.81 * 2), 12);
    expect(garchSumVariance(2, 168, parameters)).toBeCloseTo(336, 9);
  });

  it('carries the variance over a gap towards its long run', () => {
    const [after, gap] = garchNextVariances(Float64Array.of(5, NaN), parameters);
    expect(after).toBeCloseTo(2 * 0.1 + 0.1 * 25 + 0.8 * 2, 12);
    expect(gap).toBeCloseTo(2 + 0.9 * (after! - 2), 12);
  });
});

interface Truth {
  readonly longRunVariance: number;
  readonly alpha: number;
  readonly beta: number;
  readonly degreesOfFreedom: number;
}

function simulate(
  { longRunVariance, alpha, beta, degreesOfFreedom }: Truth,
  n: number,
  seed: number,
): Float64Array {
  const normal = normals(seed);
  const standardT = (): number => {
    let squares = 0;
    for (let i = 0; i < degreesOfFreedom; i++) squares += normal() ** 2;
    return (
      (normal() / Math.sqrt(squares / degreesOfFreedom)) *
      Math.sqrt((degreesOfFreedom - 2) / degreesOfFreedom)
    );
  };
  let variance = longRunVariance;
  return new Float64Array(n).map(() => {
    const value = Math.sqrt(variance) * standardT();
    variance = longRunVariance * (1 - alpha - beta) + alpha * value * value + beta * variance;
    return value;
  });
}
