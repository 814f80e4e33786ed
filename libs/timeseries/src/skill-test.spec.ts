import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { normals } from '../test/simulated-market.js';
import { HOUR_MS } from './candle.js';
import { meanPinball } from './pinball-loss.js';
import { skillEvidence, SkillRecord, type LossDifference } from './skill-test.js';

const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const NORMAL = [
  -1.6448536269514729, -1.2815515655446004, -0.6744897501960817, 0, 0.6744897501960817, 1.2815515655446004,
  1.6448536269514729,
];
const ONE_SIDED = Math.log10(20);

/** Hourly returns: Student's t with 4 degrees of freedom under a volatility that clusters; and the volatility. */
function hourlyReturns(seed: number, hours: number): { returns: number[]; volatility: number[] } {
  const normal = normals(seed);
  let log = 0;
  const volatility: number[] = [];
  const returns: number[] = [];
  for (let i = 0; i < hours; i++) {
    log = 0.98 * log + 0.15 * normal();
    volatility.push(0.005 * Math.exp(log));
    const chi = normal() ** 2 + normal() ** 2 + normal() ** 2 + normal() ** 2;
    returns.push((volatility[i]! * normal()) / Math.sqrt(chi / 4));
  }
  return { returns, volatility };
}

/** Differences of two forecasters that err by as much to either side of the centre of a symmetric market. */
function mirroredPair(seed: number, hours: number, horizon: number): LossDifference[] {
  const { returns, volatility } = hourlyReturns(seed, hours + horizon);
  const differences: LossDifference[] = [];
  for (let i = 0; i < hours; i++) {
    const outcome = returns.slice(i, i + horizon).reduce((sum, value) => sum + value, 0);
    const scale = volatility[i]! * Math.sqrt(horizon);
    const high = NORMAL.map((q) => (q + 0.3) * scale);
    const low = NORMAL.map((q) => (q - 0.3) * scale);
    const difference = meanPinball(outcome, high, LEVELS) - meanPinball(outcome, low, LEVELS);
    differences.push({ origin: i * HOUR_MS, difference });
  }
  return differences;
}

/** A heavy-tailed sample to draw outcomes from: what a forecast loses on it is known exactly. */
const SAMPLE = hourlyReturns(99, 2_000).returns.map((value) => value / 0.005);
const lossOfScale = (scale: number): number => {
  const quantiles = NORMAL.map((q) => q * scale);
  return SAMPLE.reduce((sum, y) => sum + meanPinball(y, quantiles, LEVELS), 0) / SAMPLE.length;
};
const within = (low: number, high: number, isLow: (value: number) => boolean): number => {
  for (let i = 0; i < 60; i++) {
    if (isLow((low + high) / 2)) low = (low + high) / 2;
    else high = (low + high) / 2;
  }
  return (low + high) / 2;
};
const BEST = within(0.1, 5, (scale) => lossOfScale(scale + 1e-4) < lossOfScale(scale));
const NARROW = 0.6 * BEST;
/** As bad as NARROW, from the other side: often a little worse than it, seldom much better. */
const WIDE = within(BEST, 10, (scale) => lossOfScale(scale) < lossOfScale(NARROW));
const TEN_PERCENT_WORSE = within(BEST, 10, (scale) => lossOfScale(scale) < 1.1 * lossOfScale(BEST));

/** Differences of two forecasts of a fixed scale each, on outcomes drawn from the sample. */
function fixedPair(seed: number, hours: number, scaleA: number, scaleB: number): LossDifference[] {
  const random = xoroshiro128plus(seed);
  const [a, b] = [scaleA, scaleB].map((scale) => NORMAL.map((q) => q * scale));
  return Array.from({ length: hours }, (_, i) => {
    const outcome = SAMPLE[Math.floor(uniformFloat64(random) * SAMPLE.length)]!;
    return {
      origin: i * HOUR_MS,
      difference: meanPinball(outcome, a!, LEVELS) - meanPinball(outcome, b!, LEVELS),
    };
  });
}

/** The largest evidence on either side that anyone sees who looks at every step. */
function largestEvidence(differences: readonly LossDifference[], horizon: number): number[] {
  const record = new SkillRecord(horizon);
  let [better, worse] = [0, 0];
  for (const difference of differences) {
    record.add(difference);
    better = Math.max(better, record.logEBetter());
    worse = Math.max(worse, record.logEWorse());
  }
  return [better, worse];
}

describe('skillEvidence', () => {
  it.each([
    { pair: 'mirrored', horizon: 1, hours: 1_000, runs: 300 },
    { pair: 'mirrored', horizon: 4, hours: 1_000, runs: 250 },
    { pair: 'mirrored', horizon: 24, hours: 1_000, runs: 100 },
    { pair: 'skewed', horizon: 1, hours: 1_000, runs: 350 },
  ])(
    'is misled by at most 5 % of pairs of equal skill watched at every origin: $pair, $horizon h',
    ({ pair, horizon, hours, runs }) => {
      let [better, worse, either] = [0, 0, 0];
      for (let seed = 1; seed <= runs; seed++) {
        const differences =
          pair === 'mirrored' ? mirroredPair(seed, hours, horizon) : fixedPair(seed, hours, WIDE, NARROW);
        const [forA, againstA] = largestEvidence(differences, horizon);
        better += forA! >= ONE_SIDED ? 1 : 0;
        worse += againstA! >= ONE_SIDED ? 1 : 0;
        either += Math.max(forA!, againstA!) >= Math.log10(40) ? 1 : 0; // zero leaves the interval
      }
      expect(better / runs).toBeLessThanOrEqual(0.05);
      expect(worse / runs).toBeLessThanOrEqual(0.05);
      expect(either / runs).toBeLessThanOrEqual(0.05);
    },
  );

  it('finds a model that loses 10 % more within 800 hourly origins in 95 % of runs', () => {
    const runs = 100;
    let found = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const [, worse] = largestEvidence(fixedPair(seed, 800, TEN_PERCENT_WORSE, BEST), 1);
      found += worse! >= ONE_SIDED ? 1 : 0;
    }
    expect(found / runs).toBeGreaterThanOrEqual(0.95);
  });

  it('holds the true mean in its interval at every look', () => {
    const truth = lossOfScale(TEN_PERCENT_WORSE) - lossOfScale(BEST);
    let missed = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const record = new SkillRecord(1);
      const outside = fixedPair(seed, 600, TEN_PERCENT_WORSE, BEST).some((difference, i) => {
        record.add(difference);
        if (i % 20 !== 0) return false;
        const { low, high } = record.evidence();
        return low !== null && high !== null && (truth < low || truth > high);
      });
      missed += outside ? 1 : 0;
    }
    expect(missed).toBeLessThanOrEqual(5);
  });

  it('puts zero outside the interval exactly when an e-value reaches 40', () => {
    for (const n of [200, 300, 400, 600, 800]) {
      const { low, logEWorse, mean } = skillEvidence(fixedPair(7, n, TEN_PERCENT_WORSE, BEST), 1);
      expect(mean).toBeGreaterThan(low!);
      expect(low! > 0).toBe(logEWorse >= Math.log10(40));
    }
  });

  it('says the opposite of the opposite pair, in whatever order and unit', () => {
    const pair = fixedPair(3, 400, TEN_PERCENT_WORSE, BEST);
    const evidence = skillEvidence(pair, 4);
    const mirrored = skillEvidence(
      pair.toReversed().map(({ origin, difference }) => ({ origin, difference: -1024 * difference })),
      4,
    );
    expect(mirrored.mean! / -1024).toBeCloseTo(evidence.mean!, 12);
    expect(mirrored.low! / -1024).toBeCloseTo(evidence.high!, 12);
    expect(mirrored.high! / -1024).toBeCloseTo(evidence.low!, 12);
    expect(mirrored.logEBetter).toBeCloseTo(evidence.logEWorse, 10);
  });

  it('is finite and in order for any differences', () => {
    const differences = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 80 });
    fc.assert(
      fc.property(differences, fc.integer({ min: 1, max: 30 }), (values, horizon) => {
        const pair = values.map((difference, i) => ({ origin: i * HOUR_MS, difference }));
        const { n, low, high, logEBetter, logEWorse } = skillEvidence(pair, horizon);
        expect(n).toBe(values.length);
        expect(Number.isFinite(logEBetter) && Number.isFinite(logEWorse)).toBe(true);
        if (low !== null) expect(low).toBeLessThan(high!);
        expect(logEBetter >= 1 && logEWorse >= 1).toBe(false);
      }),
    );
  });

  it('gathers its evidence one horizon apart: at 24 h a day of origins counts about once', () => {
    const constant = (hours: number): LossDifference[] =>
      Array.from({ length: hours }, (_, i) => ({ origin: i * HOUR_MS, difference: 1 + (i % 2) }));
    const daily = skillEvidence(constant(24 * 40), 24);
    const hourly = skillEvidence(constant(40), 1);
    expect(daily.logEWorse / hourly.logEWorse).toBeGreaterThan(0.5);
    expect(daily.logEWorse / hourly.logEWorse).toBeLessThan(3);
  });

  it('clips with what had matured: a huge difference says no more than a large one', () => {
    const pair = fixedPair(5, 300, BEST, BEST * 1.2);
    const last = { origin: 300 * HOUR_MS, difference: 1e3 };
    expect(skillEvidence([...pair, last], 1).logEWorse).toBe(
      skillEvidence([...pair, { ...last, difference: 1e9 }], 1).logEWorse,
    );
  });

  it('knows nothing without outcomes, and nothing of two forecasts that are the same', () => {
    const none = { low: null, high: null, logEBetter: 0, logEWorse: 0 };
    expect(skillEvidence([], 24)).toEqual({ n: 0, mean: null, ...none });
    expect(skillEvidence([{ origin: 0, difference: 2 }], 24)).toEqual({ n: 1, mean: 2, ...none });
    expect(skillEvidence(fixedPair(1, 100, 1, 1), 1)).toEqual({ n: 100, mean: 0, ...none });
  });

  it('refuses what is no difference, no horizon, and an origin twice', () => {
    expect(() => skillEvidence([{ origin: 0, difference: NaN }], 1)).toThrow(RangeError);
    expect(() => skillEvidence([], 0)).toThrow(RangeError);
    const twice = { origin: 0, difference: 1 };
    expect(() => skillEvidence([twice, twice], 1)).toThrow(RangeError);
  });
});
