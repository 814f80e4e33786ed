import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forecastId, type ForecastIdentity } from './forecast-id.js';

const identity = (over: Partial<ForecastIdentity> = {}): ForecastIdentity => ({
  instrument: 'BTC-USD',
  venue: 'binance',
  originAt: Date.UTC(2025, 0, 1),
  horizonHours: 24,
  modelName: 'har',
  modelVersion: 1,
  features: [1, -0.5],
  ...over,
});

describe('forecastId', () => {
  it('is the SHA-256 of the documented text', () => {
    const text =
      '{"instrument":"BTC-USD","venue":"binance","origin":1735689600000,"horizonHours":24,' +
      '"model":"har@1","features":"3ff0000000000000bfe0000000000000"}';
    expect(forecastId(identity())).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('differs when any part of what the forecast is made from differs', () => {
    const variants = [
      identity(),
      identity({ instrument: 'ETH-USD' }),
      identity({ venue: 'kraken' }),
      identity({ originAt: Date.UTC(2025, 0, 1, 1) }),
      identity({ horizonHours: 1 }),
      identity({ modelName: 'har2' }),
      identity({ modelVersion: 2 }),
      identity({ features: [1, -0.5000000000000001] }),
      identity({ features: [1] }),
    ];
    expect(new Set(variants.map(forecastId)).size).toBe(variants.length);
  });

  it('changes with any bit of any feature, and not with the sign of zero or the kind of array', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), fc.nat(), (features, at) => {
        const id = forecastId(identity({ features }));
        expect(forecastId(identity({ features: Float64Array.from(features) }))).toBe(id);
        expect(forecastId(identity({ features: features.map((x) => x + 0) }))).toBe(id);
        const changed = Float64Array.from(features);
        const bits = new BigUint64Array(changed.buffer);
        const i = at % features.length;
        bits[i] = bits[i]! ^ 1n;
        fc.pre(Number.isFinite(changed[i]));
        expect(forecastId(identity({ features: changed }))).not.toBe(id);
      }),
    );
  });

  it('refuses a feature that is not finite', () => {
    expect(() => forecastId(identity({ features: [Number.NaN] }))).toThrow(RangeError);
    expect(() => forecastId(identity({ features: [Number.POSITIVE_INFINITY] }))).toThrow(/feature 0/);
  });
});
