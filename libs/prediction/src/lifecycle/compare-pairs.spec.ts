import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import { comparePairs } from './compare-pairs.js';
import type { ScoredPair } from './rollout-scores.repository.js';

/** Losses that move between 0.5 and 1.5 of the mean, not in step with each other. */
const wave = (i: number, period: number) => 1 + 0.5 * Math.sin((2 * Math.PI * i) / period);

function pairs(n: number, worse: number, horizonHours = 1): ScoredPair[] {
  return Array.from({ length: n }, (_, i) => ({
    horizonHours,
    origin: i * HOUR_MS,
    champion: { pinball: wave(i, 7), covered: [i % 2 === 0, i % 5 !== 0, true] },
    challenger: { pinball: (1 + worse) * wave(i, 7) + 0.2 * (wave(i, 11) - 1), covered: [true, true, true] },
    baselines: { ewma_rw: 1.2 * wave(i, 7) },
  }));
}

describe('comparePairs', () => {
  it('finds losses, coverage and their errors by horizon, ascending', () => {
    const found = comparePairs([...pairs(200, 0.1, 24), ...pairs(100, 0, 1)]);
    expect(found.map(({ horizonHours, n }) => [horizonHours, n])).toEqual([
      [1, 100],
      [24, 200],
    ]);
    const [, day] = found;
    expect(day!.championLoss).toBeCloseTo(1, 1);
    expect(day!.challengerLoss).toBeCloseTo(1.1, 1);
    expect(day!.baselines['ewma_rw']! / day!.championLoss).toBeCloseTo(1.2, 12);
    expect(day!.challenger.shares).toEqual([1, 1, 1]);
    expect(day!.challenger.championShares[0]).toBe(0.5);
    expect(day!.challenger.championShares[1]).toBe(0.8);
    expect(day!.challenger.standardErrors[0]).toBeCloseTo(Math.sqrt((0.25 * 24) / 200), 12);
  });

  it('speaks against a challenger that loses, and for one that wins', () => {
    const [worse] = comparePairs(pairs(400, 0.3));
    const [better] = comparePairs(pairs(400, -0.3));
    expect(worse!.evidence.logEWorse).toBeGreaterThan(3);
    expect(better!.evidence.logEBetter).toBeGreaterThan(3);
    expect(worse!.evidence.mean).toBeCloseTo(0.3, 1);
  });

  it('says nothing of no pairs', () => {
    expect(comparePairs([])).toEqual([]);
  });
});
