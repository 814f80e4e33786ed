import { describe, expect, it } from '@jest/globals';
import { SoleLeaseStore } from '@btcforecast/platform';
import fc from 'fast-check';
import { parseList } from 'structured-headers';
import { BURST_WINDOW_MS, burstPhase, DAY_MS } from './quota-windows.js';
import { TenantQuota } from './tenant-quota.js';
import { TIERS, type TierLimits } from './tiers.js';

const TENANT = 'acme';
const START = 20_000 * DAY_MS + burstPhase(TENANT); // where a window begins

function quota(limits: Partial<TierLimits>): TenantQuota {
  const all = { burst: null, daily: null, concurrent: null, ...limits };
  return new TenantQuota(TENANT, 'test', all, new SoleLeaseStore());
}

const steps = fc.array(
  fc.record({ cost: fc.integer({ min: 1, max: 30 }), waitMs: fc.oneof(fc.nat(2_000), fc.nat(90_000)) }),
  { maxLength: 200 },
);

describe('a quota', () => {
  it('lets in exactly what fits into the minute and the day, whatever is asked when', () => {
    const limits = fc.record({
      burst: fc.integer({ min: 1, max: 200 }),
      daily: fc.integer({ min: 1, max: 900 }),
    });
    fc.assert(
      fc.property(limits, steps, ({ burst, daily }, list) => {
        const tried = quota({ burst, daily });
        const spent = new Map<string, number>();
        let nowMs = START;
        for (const { cost, waitMs } of list) {
          nowMs += waitMs;
          const minute = `minute ${Math.floor((nowMs - burstPhase(TENANT)) / BURST_WINDOW_MS)}`;
          const day = `day ${Math.floor(nowMs / DAY_MS)}`;
          const [inMinute, inDay] = [Math.min(cost, burst), Math.min(cost, daily)];
          const fits = (spent.get(minute) ?? 0) + inMinute <= burst && (spent.get(day) ?? 0) + inDay <= daily;
          const refusal = tried.take(cost, nowMs);
          expect(refusal === undefined).toBe(fits);
          if (!fits) continue;
          spent.set(minute, (spent.get(minute) ?? 0) + inMinute);
          spent.set(day, (spent.get(day) ?? 0) + inDay);
        }
      }),
    );
  });

  it('says what is left, and when a refused request would be let in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (burst, list) => {
        const tried = quota({ burst, daily: 300 });
        let nowMs = START;
        for (const { cost, waitMs } of list) {
          nowMs += waitMs;
          const before = tried.state(nowMs);
          const refusal = tried.take(cost, nowMs);
          if (refusal instanceof Promise) throw new Error('nothing has to be asked here');
          const after = tried.state(nowMs);
          if (!refusal) {
            expect(before.burst!.remaining - after.burst!.remaining).toBe(Math.min(cost, burst));
            continue;
          }
          expect(after).toEqual(before);
          const later = nowMs + refusal.retryAfterSeconds * 1_000;
          expect(tried.state(later)[refusal.policies[0] as 'burst' | 'daily']!.remaining).toBe(
            refusal.policies[0] === 'burst' ? burst : 300,
          );
          return;
        }
      }),
    );
  });

  it('writes headers that are lists of strings with whole numbers, never a wait of nothing', () => {
    fc.assert(
      fc.property(fc.nat(2 * DAY_MS), fc.integer({ min: 1, max: 9 }), (offset, cost) => {
        const tried = quota({ burst: 10, daily: 15, concurrent: 3 });
        const nowMs = START + offset;
        const texts: string[] = [];
        for (let i = 0; i < 20; i += 1) {
          const refusal = tried.take(cost, nowMs);
          if (refusal && !(refusal instanceof Promise)) {
            expect(parameters(refusal.limits)[0]!['t']).toBe(refusal.retryAfterSeconds);
            texts.push(refusal.limits);
          }
          texts.push(tried.limits(nowMs) ?? '');
        }
        for (const each of texts.flatMap(parameters)) {
          expect(each['r']).toBeGreaterThanOrEqual(0);
          expect(each['t']).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
    const policies = parseList(quota({ burst: 10, daily: 15, concurrent: 3 }).policies ?? '');
    expect(policies.map(([name, items]) => [name, Object.fromEntries(items)])).toEqual([
      ['burst', { q: 10, w: 60 }],
      ['daily', { q: 15, w: 86_400 }],
      ['concurrent', { q: 3, qu: 'concurrent-requests' }],
    ]);
  });

  it('gives no places beyond its limit, and those back that were left', () => {
    const tried = quota({ concurrent: 2 });
    expect([tried.enter(), tried.enter()]).toEqual([undefined, undefined]);
    expect(tried.enter()).toMatchObject({ policies: ['concurrent'], retryAfterSeconds: 1 });
    tried.leave();
    expect(tried.enter()).toBeUndefined();
  });

  it('counts a higher tier at once, and a lower one from the next minute on at the latest', () => {
    const tried = quota({ burst: 2 });
    const take = (nowMs: number) => tried.take(1, nowMs) === undefined;
    expect([take(START), take(START), take(START)]).toEqual([true, true, false]);
    tried.setTier('more', { burst: 3, daily: null, concurrent: null });
    expect([take(START), take(START)]).toEqual([true, false]);
    tried.setTier('less', { burst: 1, daily: null, concurrent: null });
    const next = START + BURST_WINDOW_MS;
    expect([take(START), take(next), take(next)]).toEqual([false, true, false]);
  });

  it('is not filled up again by a clock that goes back a little', () => {
    const tried = quota({ burst: 1 });
    expect(tried.take(1, START + 10)).toBeUndefined();
    expect(tried.take(1, START - 10_000)).toMatchObject({ policies: ['burst'] });
    expect(tried.take(1, START + 20)).toMatchObject({ policies: ['burst'] });
  });

  it('has no headers where nothing is limited', () => {
    const { policies } = quota(TIERS.unlimited);
    expect([policies, quota(TIERS.unlimited).limits(START)]).toEqual([undefined, undefined]);
  });
});

function parameters(text: string): Record<string, number>[] {
  return parseList(text).map(([, items]) => Object.fromEntries(items) as Record<string, number>);
}
