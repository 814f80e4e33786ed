import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { monthlyFolds, originsOf } from './walk-forward-folds.js';

const hour = fc.integer({ min: 400_000, max: 500_000 }).map((hours) => hours * HOUR_MS);

describe('monthlyFolds', () => {
  it('are whole months but for the last, which ends where it is asked to', () => {
    const until = Date.UTC(2025, 2, 10, 5);
    expect(monthlyFolds(until, 3)).toEqual([
      { from: Date.UTC(2025, 0, 1), to: Date.UTC(2025, 1, 1) },
      { from: Date.UTC(2025, 1, 1), to: Date.UTC(2025, 2, 1) },
      { from: Date.UTC(2025, 2, 1), to: until },
    ]);
  });

  it('take no empty month at the turn of one', () => {
    const [only] = monthlyFolds(Date.UTC(2025, 2, 1), 1);
    expect(only).toEqual({ from: Date.UTC(2025, 1, 1), to: Date.UTC(2025, 2, 1) });
  });

  it('follow each other without overlap, whatever the end', () => {
    fc.assert(
      fc.property(hour, fc.integer({ min: 1, max: 12 }), (until, months) => {
        const folds = monthlyFolds(until, months);
        expect(folds).toHaveLength(months);
        expect(folds.at(-1)!.to).toBe(until);
        for (const [i, { from, to }] of folds.entries()) {
          expect(from).toBeLessThan(to);
          if (i > 0) expect(from).toBe(folds[i - 1]!.to);
        }
      }),
    );
  });
});

describe('originsOf', () => {
  it('are those of the fold, on a grid that depends on the step alone', () => {
    fc.assert(
      fc.property(hour, fc.integer({ min: 0, max: 800 }), fc.constantFrom(1, 6, 24), (from, hours, every) => {
        const origins = originsOf({ from, to: from + hours * HOUR_MS }, every);
        expect(origins).toHaveLength(
          Math.ceil((from / HOUR_MS + hours) / every) - Math.ceil(from / HOUR_MS / every),
        );
        for (const origin of origins) {
          expect(origin % (every * HOUR_MS)).toBe(0);
          expect(origin).toBeGreaterThanOrEqual(from);
          expect(origin).toBeLessThan(from + hours * HOUR_MS);
        }
      }),
    );
  });
});
