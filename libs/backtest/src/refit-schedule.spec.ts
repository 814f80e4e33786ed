import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { refitInstant } from './refit-schedule.js';

const origins = fc.integer({ min: 300_000, max: 800_000 }).map((hours) => hours * HOUR_MS);

describe('refitInstant', () => {
  it('is never when a model stays as it is', () => {
    expect(refitInstant(Date.UTC(2024, 5, 13), 'none')).toBeNull();
  });

  it('is the last midnight between Sunday and Monday', () => {
    fc.assert(
      fc.property(origins, (origin) => {
        const at = refitInstant(origin, 'weekly')!;
        expect(new Date(at).getUTCDay()).toBe(1);
        expect(at % DAY_MS).toBe(0);
        expect(origin - at).toBeGreaterThanOrEqual(0);
        expect(origin - at).toBeLessThan(7 * DAY_MS);
      }),
    );
  });

  it('is the first of the month of the origin', () => {
    fc.assert(
      fc.property(origins, (origin) => {
        const at = new Date(refitInstant(origin, 'monthly')!).toISOString();
        expect(at).toBe(`${new Date(origin).toISOString().slice(0, 7)}-01T00:00:00.000Z`);
      }),
    );
  });
});
