import { describe, expect, it } from '@jest/globals';
import type { CountedForecast } from './performance.repository.js';
import { summarise } from './summarise.js';

const row = (i: number, over: Partial<CountedForecast> = {}): CountedForecast => ({
  originAt: new Date(Date.UTC(2025, 0, 1) + i * 3_600_000),
  pinball: 0.001,
  crps: 0.002,
  covered50: i % 2 === 0,
  covered80: i % 5 !== 0,
  covered90: true,
  directionHit: i % 2 === 0,
  baselinePinball: { ewma_rw: 0.0012, garch_t: 0.0011, uncond_1y: 0.001 },
  ...over,
});
const rows = (n: number, over?: Partial<CountedForecast>) =>
  Array.from({ length: n }, (_, i) => row(i, over));

describe('summarise', () => {
  it('gives means times 10,000 and shares', () => {
    const summary = summarise(rows(100), 1);
    expect(summary.pinball).toBeCloseTo(10, 9);
    expect(summary.crps).toBeCloseTo(20, 9);
    expect(summary.coverage).toEqual({ 50: 0.5, 80: 0.8, 90: 1 });
    expect(summary.baselines.ewma_rw.difference).toBeCloseTo(-2, 9);
    expect(summary.baselines.uncond_1y.difference).toBeCloseTo(0, 9);
  });

  it('takes blocks as long as the horizon, and states no interval with fewer than five of them', () => {
    expect(summarise(rows(119), 24).baselines.ewma_rw).toMatchObject({ low: null, high: null });
    const enough = summarise(rows(120), 24).baselines.ewma_rw;
    expect(enough.low).toBeCloseTo(-2, 9);
    expect(enough.high).toBeCloseTo(-2, 9);
    expect(summarise(rows(839), 168).direction.low).toBeNull();
    expect(summarise(rows(840), 168).direction.low).not.toBeNull();
  });

  it('widens the interval where neighbours resemble each other', () => {
    const noisy = rows(600).map((one, i) => ({ ...one, pinball: 0.001 + 0.0005 * Math.sin(i / 30) }));
    const width = (hours: number) => {
      const { low, high } = summarise(noisy, hours).baselines.ewma_rw;
      return high! - low!;
    };
    expect(width(48)).toBeGreaterThan(1.5 * width(1));
  });

  it('leaves ties out of the direction and a missing baseline out of its comparison', () => {
    const some = [...rows(4, { directionHit: null }), ...rows(2, { baselinePinball: { ewma_rw: 0.002 } })];
    const summary = summarise(some, 1);
    expect(summary.direction.n).toBe(2);
    expect(summary.baselines.garch_t.n).toBe(4);
    expect(summary.baselines.ewma_rw.n).toBe(6);
  });
});
