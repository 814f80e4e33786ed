import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Hindcast } from './correction.js';
import { rollingRecalibration } from './rolling-recalibration.js';

const levels = [0.1, 0.5, 0.9];
const correction = (weight: number, minOutcomes = 24) =>
  rollingRecalibration({ weight, minOutcomes, levels });
const outcomes = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 50, maxLength: 120 });

/** Hindcasts of one shape whose volatility goes up and down. */
function hindcastsOf(standardised: readonly number[], shape: readonly number[]): Hindcast[] {
  return standardised.map((value, i) => {
    const sigma = 0.01 * (1 + (i % 7));
    return { origin: i, sigma, outcome: value * sigma, quantiles: shape.map((quantile) => quantile * sigma) };
  });
}

describe('rollingRecalibration', () => {
  it('with the whole weight turns any shape into that of the recent outcomes, in units of volatility', () => {
    fc.assert(
      fc.property(outcomes, (standardised) => {
        const { stateOf, correct } = correction(1);
        const from = (shape: number[]) => {
          const state = stateOf(hindcastsOf(standardised, shape));
          return correct({ sigma: 0.02, quantiles: shape.map((quantile) => quantile * 0.02) }, state);
        };
        const [narrow, wide] = [from([-0.1, 0, 0.1]), from([-2, 0.3, 2])];
        for (const [l, value] of narrow.entries()) expect(value).toBeCloseTo(wide[l]!, 12);
      }),
    );
  });

  it('moves in proportion to its weight, and not at all where each level held', () => {
    fc.assert(
      fc.property(outcomes, fc.double({ min: 0, max: 1, noNaN: true }), (standardised, weight) => {
        const hindcasts = hindcastsOf(standardised, [-1, 0, 1]);
        const raw = { sigma: 0.02, quantiles: [-0.02, 0, 0.02] };
        const state = correction(weight).stateOf(hindcasts);
        const whole = correction(1).correct(raw, state);
        for (const [l, value] of correction(weight).correct(raw, state).entries()) {
          expect(value).toBeCloseTo(raw.quantiles[l]! + weight * (whole[l]! - raw.quantiles[l]!), 12);
        }
        expect(correction(weight).correct(raw, [0, 0, 0])).toEqual(raw.quantiles);
      }),
    );
  });

  it('widens intervals that held too little, and narrows those that held too much', () => {
    const uniform = Array.from({ length: 101 }, (_, i) => (i - 50) / 50); // its 80 % interval is ± 0.8
    const widthFrom = (half: number): number => {
      const { stateOf, correct } = correction(0.5);
      const state = stateOf(hindcastsOf(uniform, [-half, 0, half]));
      const [low, , high] = correct({ sigma: 1, quantiles: [-half, 0, half] }, state);
      return high! - low!;
    };
    expect(widthFrom(0.4)).toBeCloseTo(1.2, 12);
    expect(widthFrom(1.2)).toBeCloseTo(2, 12);
  });

  it('leaves the graph alone while too few outcomes are known', () => {
    const { stateOf, correct } = correction(0.5, 60);
    const raw = { sigma: 1, quantiles: [-1, 0, 1] };
    expect(stateOf(hindcastsOf(Array<number>(59).fill(2), [-1, 0, 1]))).toEqual([]);
    expect(correct(raw, [])).toEqual(raw.quantiles);
    expect(stateOf(hindcastsOf(Array<number>(60).fill(2), [-1, 0, 1]))).toEqual([3, 2, 1]);
  });
});
