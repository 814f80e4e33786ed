import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareForecasts } from './compare-forecasts.js';

const quantiles = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
  .map((values) => values.toSorted((a, b) => a - b));
const volatility = fc.double({ min: 1e-4, max: 1, noNaN: true });

describe('compareForecasts', () => {
  it('calls a forecast identical to itself, and to nothing with one bit changed', () => {
    fc.assert(
      fc.property(quantiles, volatility, fc.nat(6), (values, scale, at) => {
        const one = { id: 'a', quantiles: values, volatility: scale };
        expect(compareForecasts(one, one)).toEqual({ verdict: 'identical', largestDifference: 0 });
        const changed = values.with(at, values[at]! + Number.EPSILON);
        fc.pre(changed[at] !== values[at]);
        expect(compareForecasts(one, { ...one, quantiles: changed }).verdict).not.toBe('identical');
      }),
    );
  });

  it('does not call it identical when the inputs, and so the id, or the volatility differ', () => {
    const one = { id: 'a', quantiles: [0.1, 0.2], volatility: 0.1 };
    expect(compareForecasts(one, { ...one, id: 'b' }).verdict).toBe('close');
    expect(compareForecasts(one, { ...one, volatility: 0.1 + 1e-9 }).verdict).toBe('close');
    expect(compareForecasts(one, { ...one, volatility: 0.11 }).verdict).toBe('different');
  });

  it('measures differences by the volatility: a median next to zero is no special case', () => {
    const one = { id: 'a', quantiles: [-0.01, 1e-12, 0.01], volatility: 0.01 };
    const close = { ...one, quantiles: [-0.01, 3e-12, 0.01] };
    expect(compareForecasts(one, close).verdict).toBe('close');
    expect(compareForecasts(one, close).largestDifference).toBeCloseTo(2e-10, 15);
    const off = { ...one, quantiles: [-0.01, 1e-6, 0.01] };
    expect(compareForecasts(one, off).verdict).toBe('different');
  });

  it('calls a forecast without numbers different', () => {
    const one = { id: 'a', quantiles: [0.1], volatility: 0.1 };
    expect(compareForecasts(one, { ...one, quantiles: [NaN] }).verdict).toBe('different');
  });
});
