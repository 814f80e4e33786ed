import { describe, expect, it } from '@jest/globals';
import { QUANTILE_LEVELS } from '@btcforecast/contracts';
import { probabilityUp, quantileAt } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { eventProbability } from './event-probability.js';

const curves = fc
  .array(fc.double({ min: 1e-4, max: 0.1, noNaN: true }), { minLength: 7, maxLength: 7 })
  .map(([first, ...gaps]) => ({
    levels: QUANTILE_LEVELS,
    quantiles: gaps.reduce((all, gap) => [...all, all.at(-1)! + gap], [-2 * first! - 0.1]),
  }));
const prices = fc.double({ min: 20_000, max: 90_000, noNaN: true });
const PRICE = 50_000;

describe('eventProbability', () => {
  it('shares all there is between above, between and below', () => {
    fc.assert(
      fc.property(curves, prices, prices, (curve, a, b) => {
        fc.pre(a !== b);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const of = (from: number | null, to: number | null) =>
          eventProbability(curve, PRICE, { low: from, high: to }).probability;
        expect(of(high, null) + of(null, high)).toBeCloseTo(1, 12);
        expect(of(null, low) + of(low, high) + of(high, null)).toBeCloseTo(1, 12);
        expect(of(low, high)).toBeGreaterThanOrEqual(0);
        expect(of(low, null)).toBeGreaterThanOrEqual(of(high, null));
      }),
    );
  });

  it('agrees with the quantiles, at any level, and with the probability of a rise', () => {
    const levels = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(curves, levels, (curve, level) => {
        const high = PRICE * Math.exp(quantileAt(curve, level));
        expect(eventProbability(curve, PRICE, { low: null, high }).probability).toBeCloseTo(level, 8);
        const up = eventProbability(curve, PRICE, { low: PRICE, high: null }).probability;
        expect(up).toBe(probabilityUp(curve.quantiles, QUANTILE_LEVELS));
      }),
    );
  });

  it('says when an end lies in a tail', () => {
    const curve = { levels: QUANTILE_LEVELS, quantiles: [-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03] };
    const method = (low: number | null, high: number | null) =>
      eventProbability(curve, PRICE, { low, high }).method;
    expect(method(PRICE, null)).toBe('interpolated');
    expect(method(PRICE * Math.exp(-0.04), PRICE)).toBe('extrapolated');
    expect(method(null, PRICE * Math.exp(0.031))).toBe('extrapolated');
  });
});
