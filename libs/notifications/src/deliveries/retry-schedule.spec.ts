import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isBroken, pauseMs, RETRY_SCHEDULE_MS, retryDelayMs } from './retry-schedule.js';

const HOUR_MS = 3_600_000;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const made = fc.integer({ min: 1, max: RETRY_SCHEDULE_MS.length - 1 });

describe('the retry schedule', () => {
  it('is the one that the specification proposes', () => {
    const sinceStart = RETRY_SCHEDULE_MS.map((_pause, i) =>
      RETRY_SCHEDULE_MS.slice(0, i + 1).reduce((a, b) => a + b),
    );
    const clock = (ms: number): string =>
      [ms / HOUR_MS, (ms / 60_000) % 60, (ms / 1_000) % 60]
        .map((n) => String(Math.floor(n)).padStart(2, '0'))
        .join(':');
    expect(sinceStart.map(clock)).toEqual([
      ...['00:00:00', '00:00:05', '00:05:05', '00:35:05', '02:35:05', '07:35:05'],
      ...['17:35:05', '31:35:05', '51:35:05', '75:35:05'],
    ]);
  });

  it('waits at least as long as that, and at most a fifth longer', () => {
    fc.assert(
      fc.property(made, random, (attempts, chance) => {
        const pause = RETRY_SCHEDULE_MS[attempts]!;
        const delay = retryDelayMs(attempts, chance)!;
        expect(delay).toBeGreaterThanOrEqual(pause);
        expect(delay).toBeLessThanOrEqual(Math.round(pause * 1.2));
      }),
    );
  });

  it('waits as long as the receiver asks, but a day at most', () => {
    fc.assert(
      fc.property(made, random, fc.nat(1e9), (attempts, chance, asked) => {
        const delay = retryDelayMs(attempts, chance, asked)!;
        expect(delay).toBeGreaterThanOrEqual(Math.min(asked, 24 * HOUR_MS));
        expect(delay).toBeLessThanOrEqual(Math.round(1.2 * 24 * HOUR_MS));
      }),
    );
  });

  it('ends after ten attempts', () => {
    expect(retryDelayMs(RETRY_SCHEDULE_MS.length, 0)).toBeNull();
    expect(retryDelayMs(RETRY_SCHEDULE_MS.length - 1, 0)).not.toBeNull();
  });
});

describe('the pause of an endpoint that fails', () => {
  it('is none for a single failure, and a short one when it says that it is overloaded', () => {
    expect(pauseMs(1, false)).toBe(0);
    expect(pauseMs(1, true)).toBe(30_000);
    expect(pauseMs(1, true, 120_000)).toBe(120_000);
  });

  it('never shrinks from one failure to the next, and never lasts longer than a quarter of an hour by itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.boolean(), (failures, isOverloaded) => {
        const pause = pauseMs(failures, isOverloaded);
        expect(pause).toBeLessThanOrEqual(pauseMs(failures + 1, isOverloaded));
        expect(pause).toBeLessThanOrEqual(HOUR_MS / 4);
        expect(pause > 0).toBe(isBroken(failures) || isOverloaded);
      }),
    );
  });
});
