import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AdaptiveLimit } from './adaptive-limit.js';

const OPTIONS = { maxDelayMs: 100, min: 8, max: 1_000 };
const LOOK_MS = 100;

/**
 * What stands behind the limit: so many workers, each busy for `serviceMs` with a request. What it cannot begin waits.
 * Of what arrives, only as much gets in as the limit allows.
 */
function simulated(workers: number, serviceMs: number) {
  const limit = new AdaptiveLimit(OPTIONS);
  let inFlight = 0;
  return (arrivals: number): { latencyMs: number; served: number } => {
    const peak = Math.min(limit.value, inFlight + arrivals);
    const served = Math.min(peak, (workers * LOOK_MS) / serviceMs);
    const latencyMs = served > 0 ? Math.max(serviceMs, (peak / served) * LOOK_MS) : serviceMs;
    inFlight = peak - served;
    limit.look({ delayMs: 0, peak: Math.round(peak), latencyMs });
    return { latencyMs, served };
  };
}

describe('the limit of requests at the same time', () => {
  it('keeps a server that gets several times its capacity busy, and its queue short', () => {
    const server = fc.record({
      workers: fc.integer({ min: 4, max: 40 }),
      serviceMs: fc.integer({ min: 20, max: 100 }),
    });
    fc.assert(
      fc.property(server, fc.integer({ min: 3, max: 20 }), ({ workers, serviceMs }, times) => {
        const step = simulated(workers, serviceMs);
        const capacity = (workers * LOOK_MS) / serviceMs;
        for (let i = 0; i < 100; i += 1) step(capacity / 4); // what is normal
        const looks = Array.from({ length: 300 }, () => step(capacity * times)).slice(100);
        const mean = (of: (look: { latencyMs: number; served: number }) => number): number =>
          looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
        expect(mean(({ served }) => served)).toBeGreaterThan(0.6 * capacity);
        expect(mean(({ latencyMs }) => latencyMs)).toBeLessThan(4 * Math.max(serviceMs, LOOK_MS));
      }),
    );
  });

  it('falls while the loop is late, to no less than its minimum, and comes back when it is in time', () => {
    const limit = new AdaptiveLimit(OPTIONS);
    for (let i = 0; i < 30; i += 1) limit.look({ delayMs: 200, peak: 500, latencyMs: 50 });
    expect(limit.value).toBe(8);
    let looks = 0;
    for (; limit.value < 500; looks += 1) limit.look({ delayMs: 5, peak: limit.value, latencyMs: 50 });
    expect(looks).toBeGreaterThan(20); // slowly
    expect(looks).toBeLessThan(100);
  });

  it('stays between its bounds, whatever is seen', () => {
    const sample = fc.record({
      delayMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
      peak: fc.nat(5_000),
      latencyMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const limit = new AdaptiveLimit(OPTIONS);
        for (const each of samples) {
          limit.look(each);
          expect(Number.isInteger(limit.value)).toBe(true);
          expect(limit.value).toBeGreaterThanOrEqual(OPTIONS.min);
          expect(limit.value).toBeLessThanOrEqual(OPTIONS.max);
        }
      }),
    );
  });

  it('falls little in a moment of lateness, such as a long collection of garbage', () => {
    const limit = new AdaptiveLimit(OPTIONS);
    for (let i = 0; i < 3; i += 1) limit.look({ delayMs: 300, peak: 1, latencyMs: 5 });
    expect(limit.value).toBeGreaterThan(300);
    for (let i = 0; i < 15; i += 1) limit.look({ delayMs: 0, peak: 1, latencyMs: 5 });
    expect(limit.value).toBe(OPTIONS.max);
  });

  it('does not take a few slow requests for a queue', () => {
    const limit = new AdaptiveLimit(OPTIONS);
    for (let i = 0; i < 100; i += 1) limit.look({ delayMs: 0, peak: 20, latencyMs: i % 2 ? 5 : 5_000 });
    expect(limit.value).toBe(OPTIONS.max);
  });
});
