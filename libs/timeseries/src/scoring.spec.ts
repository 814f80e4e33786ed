import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normals } from '../test/simulated-market.js';
import { blockBootstrap } from './block-bootstrap.js';
import { crpsFromQuantiles } from './crps.js';
import { empiricalQuantiles } from './empirical-quantiles.js';
import { directionHit, intervalCovers } from './interval-coverage.js';
import { meanPinball, pinballLoss } from './pinball-loss.js';
import { cdfAt, probabilityUp, quantileAt } from './quantile-curve.js';

const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
/** Quantiles of the standard normal distribution at LEVELS. */
const NORMAL = [
  -1.6448536269514729, -1.2815515655446004, -0.6744897501960817, 0, 0.6744897501960817, 1.2815515655446004,
  1.6448536269514729,
];
const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const ascending = fc
  .array(finite, { minLength: 7, maxLength: 7 })
  .map((values) => values.sort((a, b) => a - b));

describe('pinballLoss', () => {
  it('weighs a miss from below by tau and from above by one minus tau', () => {
    expect(pinballLoss(Float64Array.of(3), Float64Array.of(1), 0.9)).toBeCloseTo(1.8, 12);
    expect(pinballLoss(Float64Array.of(1), Float64Array.of(3), 0.9)).toBeCloseTo(0.2, 12);
    expect(pinballLoss(Float64Array.of(1, 3), Float64Array.of(3, 1), 0.5)).toBeCloseTo(1, 12);
  });

  it('is least at the quantile of the sample', () => {
    const sample = Float64Array.from({ length: 101 }, (_, i) => i);
    const lossAt = (value: number): number => pinballLoss(sample, new Float64Array(101).fill(value), 0.25);
    for (const other of [0, 20, 24, 26, 50, 100]) expect(lossAt(25)).toBeLessThan(lossAt(other));
  });

  it('refuses lengths that differ, nothing at all, and a level that is none', () => {
    expect(() => pinballLoss(Float64Array.of(1), Float64Array.of(1, 2), 0.5)).toThrow(RangeError);
    expect(() => pinballLoss(new Float64Array(), new Float64Array(), 0.5)).toThrow(RangeError);
    expect(() => pinballLoss(Float64Array.of(1), Float64Array.of(1), 1)).toThrow(RangeError);
    expect(() => meanPinball(1, [1, 2], [0.5])).toThrow(RangeError);
  });

  it('averages over the levels, and is NaN when something is', () => {
    const expected = LEVELS.map((level, i) =>
      pinballLoss(Float64Array.of(0.3), Float64Array.of(NORMAL[i]!), level),
    );
    expect(meanPinball(0.3, NORMAL, LEVELS)).toBeCloseTo(expected.reduce((a, b) => a + b) / 7, 14);
    expect(meanPinball(NaN, NORMAL, LEVELS)).toBeNaN();
  });
});

describe('crpsFromQuantiles', () => {
  it('comes close to the exact score of a normal forecast', () => {
    const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    const exact = [
      { outcome: 0, crps: 2 * density(0) - 1 / Math.sqrt(Math.PI) },
      { outcome: 1, crps: 1 * (2 * 0.8413447460685429 - 1) + 2 * density(1) - 1 / Math.sqrt(Math.PI) },
      { outcome: -2, crps: -2 * (2 * 0.022750131948179195 - 1) + 2 * density(2) - 1 / Math.sqrt(Math.PI) },
    ];
    for (const { outcome, crps } of exact) {
      expect(Math.abs(crpsFromQuantiles(outcome, NORMAL, LEVELS) / crps - 1)).toBeLessThan(0.1);
    }
  });

  it('is not negative, and zero for a point forecast that is right', () => {
    fc.assert(
      fc.property(finite, ascending, (y, q) =>
        expect(crpsFromQuantiles(y, q, LEVELS)).toBeGreaterThanOrEqual(0),
      ),
    );
    expect(crpsFromQuantiles(5, Array<number>(7).fill(5), LEVELS)).toBe(0);
    expect(crpsFromQuantiles(7, Array<number>(7).fill(5), LEVELS)).toBeCloseTo(2 * 0.9875 * 2 * 0.5, 1);
  });
});

describe('intervalCovers', () => {
  it('takes the ends as inside', () => {
    expect(intervalCovers(NORMAL[1]!, NORMAL, LEVELS, 0.8)).toBe(true);
    expect(intervalCovers(NORMAL[5]!, NORMAL, LEVELS, 0.8)).toBe(true);
    expect(intervalCovers(NORMAL[5]! + 1e-9, NORMAL, LEVELS, 0.8)).toBe(false);
    expect(intervalCovers(NaN, NORMAL, LEVELS, 0.8)).toBe(false);
  });

  it('is known for 50, 80 and 90 %, and for nothing else here', () => {
    for (const share of [0.5, 0.8, 0.9]) expect(intervalCovers(0, NORMAL, LEVELS, share)).toBe(true);
    expect(() => intervalCovers(0, NORMAL, LEVELS, 0.6)).toThrow(RangeError);
  });

  it('happens as often as it says on data from the forecast itself, within binomial bounds', () => {
    const normal = normals(1);
    const n = 5_000;
    const outcomes = Array.from({ length: n }, normal);
    for (const share of [0.5, 0.8, 0.9]) {
      const covered = outcomes.filter((outcome) => intervalCovers(outcome, NORMAL, LEVELS, share)).length / n;
      expect(Math.abs(covered - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
    }
  });
});

describe('directionHit', () => {
  it('judges a call only where there is a call and a move', () => {
    expect(directionHit(0.6, 0.01)).toBe(true);
    expect(directionHit(0.6, -0.01)).toBe(false);
    expect(directionHit(0.4, -0.01)).toBe(true);
    expect(directionHit(0.5, 0.01)).toBeNull();
    expect(directionHit(0.6, 0)).toBeNull();
    expect(directionHit(NaN, 0.01)).toBeNull();
  });
});

describe('quantileAt and cdfAt', () => {
  const curve = { levels: LEVELS, quantiles: NORMAL };

  it('go through the given points exactly', () => {
    for (const [i, level] of LEVELS.entries()) {
      expect(quantileAt(curve, level)).toBe(NORMAL[i]);
      expect(cdfAt(curve, NORMAL[i]!)).toBe(level);
    }
  });

  it('never fall', () => {
    const level = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
    fc.assert(
      fc.property(ascending, level, level, finite, finite, (quantiles, p, q, x, y) => {
        const any = { levels: LEVELS, quantiles };
        expect(quantileAt(any, Math.min(p, q))).toBeLessThanOrEqual(quantileAt(any, Math.max(p, q)) + 1e-9);
        expect(cdfAt(any, Math.min(x, y))).toBeLessThanOrEqual(cdfAt(any, Math.max(x, y)) + 1e-12);
      }),
    );
  });

  it('are inverse to each other, tails included', () => {
    for (const p of [1e-4, 0.01, 0.07, 0.3, 0.5, 0.77, 0.99, 0.9999]) {
      expect(cdfAt(curve, quantileAt(curve, p))).toBeCloseTo(p, 12);
    }
  });

  it('stay within 1 % of the normal distribution between the outermost levels', () => {
    expect(cdfAt(curve, 1)).toBeCloseTo(0.8413, 2);
    expect(cdfAt(curve, -0.3)).toBeCloseTo(0.3821, 2);
  });

  it('treat equal quantiles as an atom', () => {
    const atom = { levels: LEVELS, quantiles: [-1, 0, 0, 0, 0, 0, 1] };
    expect(cdfAt(atom, 0)).toBe(0.9);
    expect(cdfAt(atom, -1e-12)).toBeCloseTo(0.1, 6);
    const point = { levels: LEVELS, quantiles: Array<number>(7).fill(2) };
    expect([cdfAt(point, 1.9), cdfAt(point, 2.1)]).toEqual([0, 1]);
  });

  it('refuse what is no probability or no curve', () => {
    expect(() => quantileAt(curve, 0)).toThrow(RangeError);
    expect(() => quantileAt({ levels: [0.5], quantiles: [1] }, 0.5)).toThrow(RangeError);
    expect(cdfAt(curve, NaN)).toBeNaN();
  });

  it('give the probability of a rise', () => {
    expect(probabilityUp(NORMAL, LEVELS)).toBe(0.5);
    expect(
      probabilityUp(
        NORMAL.map((q) => q + 0.6744897501960817),
        LEVELS,
      ),
    ).toBe(0.75);
  });
});

describe('empiricalQuantiles', () => {
  it('interpolates between order statistics as R and NumPy do', () => {
    expect(empiricalQuantiles(Float64Array.of(4, 1, 3, 2), [0, 0.1, 0.25, 0.5, 1])).toEqual([
      1, 1.3, 1.75, 2.5, 4,
    ]);
    expect(() => empiricalQuantiles(new Float64Array(), [0.5])).toThrow(RangeError);
  });
});

describe('blockBootstrap', () => {
  /** AR(1) noise with mean 0: neighbouring values agree, so naive intervals are far too short. */
  const dependent = (seed: number, n: number): number[] => {
    const normal = normals(seed);
    let value = 0;
    return Array.from({ length: n }, () => (value = 0.8 * value + normal()));
  };

  it('covers the true mean of dependent values about as often as it says', () => {
    const runs = 200;
    let covered = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const { low, high } = blockBootstrap(dependent(seed, 2_000), {
        blockLength: 40,
        resamples: 200,
        coverage: 0.9,
        seed,
      });
      covered += low <= 0 && high >= 0 ? 1 : 0;
    }
    expect(covered / runs).toBeGreaterThan(0.8);
    expect(covered / runs).toBeLessThan(0.97);
  });

  it('gives independent values the usual standard error', () => {
    const normal = normals(5);
    const { standardError, mean, low, high } = blockBootstrap(Array.from({ length: 4_000 }, normal), {
      blockLength: 1,
    });
    expect(standardError * Math.sqrt(4_000)).toBeGreaterThan(0.9);
    expect(standardError * Math.sqrt(4_000)).toBeLessThan(1.1);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
  });

  it('depends on the seed and on nothing else', () => {
    const values = dependent(3, 500);
    expect(blockBootstrap(values, { blockLength: 10 })).toEqual(blockBootstrap(values, { blockLength: 10 }));
    expect(blockBootstrap(values, { blockLength: 10, seed: 2 })).not.toEqual(
      blockBootstrap(values, { blockLength: 10 }),
    );
  });

  it('admits that one block says nothing about its own spread', () => {
    expect(blockBootstrap([1, 2, 3], { blockLength: 3 })).toEqual({
      mean: 2,
      low: -Infinity,
      high: Infinity,
      standardError: NaN,
    });
    expect(() => blockBootstrap([], { blockLength: 1 })).toThrow(RangeError);
    expect(() => blockBootstrap([1, 2], { blockLength: 0 })).toThrow(RangeError);
  });
});
