import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { movingSums } from './moving-sums.js';

describe('movingSums', () => {
  it('gives the bits of a loop over each stretch alone, whatever is missing', () => {
    const value = fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(NaN) },
    );
    const values = fc.array(value, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 70 }), fc.nat(59), (all, slots, at) => {
        const first = at % (all.length + 1);
        const count = all.length - first + 1;
        const { sums, present } = movingSums(Float64Array.from(all), slots, first, count);
        for (let k = 0; k < count; k++) {
          const there = all
            .slice(Math.max(0, first + k - slots), first + k)
            .filter((one) => !Number.isNaN(one));
          expect(present[k]).toBe(there.length);
          expect(sums[k]).toBe(there.reduce((sum, one) => sum + one, 0));
        }
      }),
    );
  });
});
