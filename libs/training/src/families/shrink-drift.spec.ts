import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shrinkDrift } from './shrink-drift.js';

const ascending = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
  .map((values) => values.sort((a, b) => a - b));
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('shrinkDrift', () => {
  it('keeps the order and the width between mirrored levels', () => {
    fc.assert(
      fc.property(ascending, share, (quantiles, part) => {
        const shrunk = shrinkDrift(quantiles, part);
        for (let l = 1; l < 7; l++) expect(shrunk[l]! - shrunk[l - 1]!).toBeGreaterThanOrEqual(-1e-15);
        for (let l = 0; l < 3; l++) {
          expect(shrunk[6 - l]! - shrunk[l]!).toBeCloseTo(quantiles[6 - l]! - quantiles[l]!, 12);
        }
        expect(shrunk[3]).toBeCloseTo((1 - part) * quantiles[3]!, 12);
      }),
    );
  });

  it('leaves quantiles alone with a share of 0, and mirrors them with a share of 1', () => {
    fc.assert(
      fc.property(ascending, (quantiles) => {
        for (const [l, value] of shrinkDrift(quantiles, 0).entries())
          expect(value).toBeCloseTo(quantiles[l]!, 15);
        const mirrored = shrinkDrift(quantiles, 1);
        for (const [l, value] of mirrored.entries()) expect(value).toBeCloseTo(-mirrored[6 - l]!, 15);
      }),
    );
  });
});
