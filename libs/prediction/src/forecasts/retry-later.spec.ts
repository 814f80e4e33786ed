import { describe, expect, it } from '@jest/globals';
import { RetryLater } from './retry-later.js';

describe('RetryLater', () => {
  it('lets an origin that never failed pass at once', () => {
    expect(new RetryLater().isDue(1, 0)).toBe(true);
  });

  it('doubles the pause from two seconds up to ten minutes, and says when a failure is new', () => {
    const retries = new RetryLater();
    let now = 0;
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      expect(retries.failed(1, now)).toBe(attempt === 0);
      const failedAt = now;
      while (!retries.isDue(1, now)) now += 1_000;
      pauses.push(now - failedAt);
    }
    expect(pauses.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(pauses.slice(-2)).toEqual([600_000, 600_000]);
  });

  it('forgets a failure once the origin succeeds', () => {
    const retries = new RetryLater();
    retries.failed(1, 0);
    expect(retries.isDue(1, 0)).toBe(false);
    retries.succeeded(1);
    expect(retries.isDue(1, 0)).toBe(true);
    expect(retries.failed(1, 0)).toBe(true);
  });
});
