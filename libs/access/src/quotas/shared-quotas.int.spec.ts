import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { ManualClock } from '@btcforecast/platform';
import { describeWhen, hasRedis, testRedis, type TestRedis } from '@btcforecast/testing';
import fc from 'fast-check';
import { RECONCILE_MS } from './quota.service.js';
import { ask, limits, principal, QuotaFixture, START } from './quotas.fixture.js';

let fixture: QuotaFixture;
beforeAll(async () => {
  fixture = await QuotaFixture.start();
});
afterAll(() => fixture.close());
afterEach(() => fixture.closeServices());

describeWhen(hasRedis(), 'there is no redis-server here')('gateways of one region', () => {
  let redis: TestRedis;
  let other: TestRedis;
  beforeAll(async () => {
    [redis, other] = [await testRedis(), await testRedis()];
  });
  afterAll(() => Promise.all([redis.close(), other.close()]));

  it('let in together exactly the units of a minute, however they are asked', async () => {
    const asks = fc.array(fc.record({ gateway: fc.nat(2), times: fc.integer({ min: 1, max: 60 }) }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), asks, async (burst, list) => {
        const of = await fixture.tenant('tight');
        const options = { tiers: limits(burst, null), redisUrl: redis.url };
        const gateways = [fixture.service(options), fixture.service(options), fixture.service(options)];
        const meters = await Promise.all(gateways.map(({ quotas }) => quotas.load(principal(of))));
        const some = await Promise.all(list.map(({ gateway, times }) => ask(meters[gateway]!, times)));
        const rest = await Promise.all(meters.map((meter) => ask(meter, burst)));
        expect([...some, ...rest].reduce((a, b) => a + b)).toBe(burst);
        await fixture.closeServices();
      }),
      { numRuns: 12 },
    );
  });

  it('keep little from each other that they do not need', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (burst, part) => {
          const of = await fixture.tenant('tight');
          const options = { tiers: limits(burst, null), redisUrl: redis.url };
          const [first, second] = [fixture.service(options), fixture.service(options)];
          const asked = Math.floor(burst * part);
          expect(await ask(await first.quotas.load(principal(of)), asked)).toBe(asked);
          // No more than two shares ahead of need, each of a quarter of what was left.
          const others = await ask(await second.quotas.load(principal(of)), burst);
          expect(others).toBeGreaterThanOrEqual(Math.floor((burst - asked) / 2));
          await fixture.closeServices();
        },
      ),
      { numRuns: 15 },
    );
  });

  it('ask Redis for few of many requests', async () => {
    const of = await fixture.tenant('tight');
    const { quotas, metrics } = fixture.service({ tiers: limits(10_000, null), redisUrl: redis.url });
    const meter = await quotas.load(principal(of));
    let waited = 0;
    for (let i = 0; i < 5_000; i += 1) {
      const refusal = meter.take('GET /x', 1);
      if (refusal instanceof Promise) waited += 1;
      expect(await refusal).toBeUndefined();
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(waited).toBeLessThan(50);
    const leases = await metrics.registry.getSingleMetricAsString('leases_total');
    expect(Number(/outcome="granted".*\} (\d+)$/m.exec(leases)?.[1])).toBeLessThan(60);
  });

  it('count each for itself while Redis is away, and together with another region only by the day', async () => {
    const of = await fixture.tenant('tight');
    const tiers = limits(40, 100);
    const mortal = await testRedis();
    const regions = [mortal.url, mortal.url, other.url].map((redisUrl) =>
      fixture.service({ tiers, redisUrl }),
    );
    const meters = await Promise.all(regions.map(({ quotas }) => quotas.load(principal(of))));
    const together = async () => {
      const admitted = await Promise.all(meters.map((meter) => ask(meter, 60)));
      return [admitted[0]! + admitted[1]!, admitted[2]!];
    };
    expect(await together()).toEqual([40, 40]); // two regions: two bursts
    await mortal.close();
    for (const { clock } of regions) clock.advance(60_000);
    const [away, whole] = await together();
    expect(away).toBeGreaterThanOrEqual(40); // without their Redis each of the two has a burst of its own
    expect(away).toBeLessThanOrEqual(2 * 40);
    expect(whole).toBe(40);
    for (const { quotas } of [...regions, ...regions]) await quotas.reconcile();
    for (const { clock } of regions) clock.advance(60_000);
    expect(await together()).toEqual([0, 0]); // the day is spent
  });
});

/** What the documentation promises: docs/quotas.md. */
const KNOWN_AFTER_MS = 10_000;
const SECOND_MS = 1_000;

describeWhen(hasRedis(), 'there is no redis-server here')('gateways of two regions', () => {
  let east: TestRedis;
  let west: TestRedis;
  beforeAll(async () => {
    [east, west] = [await testRedis(), await testRedis()];
  });
  afterAll(() => Promise.all([east.close(), west.close()]));

  /** Units let in at each second of a day that four gateways share, each asked so often a second. */
  async function lived(burst: number, daily: number, perSecond: number, phases: readonly number[]) {
    const of = await fixture.tenant('tight');
    const clock = new ManualClock(START);
    const gateways = [east, east, west, west].map(({ url }) =>
      fixture.service({ tiers: limits(burst, daily), redisUrl: url, clock }),
    );
    const meters = await Promise.all(gateways.map(({ quotas }) => quotas.load(principal(of))));
    const admitted: number[] = [];
    for (let second = 0; second < 3 * (KNOWN_AFTER_MS / SECOND_MS); second += 1) {
      const here = await Promise.all(meters.map((meter) => ask(meter, perSecond)));
      admitted.push(here.reduce((a, b) => a + b));
      for (const [i, { quotas }] of gateways.entries()) {
        if (second % (RECONCILE_MS / SECOND_MS) === phases[i]) await quotas.reconcile();
      }
      clock.advance(SECOND_MS);
    }
    await fixture.closeServices();
    return admitted;
  }

  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

  it('let in two bursts a minute, and of a day its limit and what was asked in 10 seconds at most', async () => {
    const phase = fc.nat(RECONCILE_MS / SECOND_MS - 1);
    const phases = fc.tuple(phase, phase, phase, phase);
    const days = fc.record({
      burst: fc.integer({ min: 50, max: 1_000 }),
      daily: fc.integer({ min: 20, max: 800 }),
      perSecond: fc.integer({ min: 1, max: 15 }),
    });
    await fc.assert(
      fc.asyncProperty(days, phases, async ({ burst, daily, perSecond }, at) => {
        const admitted = await lived(burst, daily, perSecond, at);
        // The half minute touches two windows at most.
        expect(sum(admitted)).toBeLessThanOrEqual(2 * 2 * burst);
        const last = admitted.findLastIndex((units) => units > 0);
        const lately = admitted.slice(Math.max(0, last + 1 - KNOWN_AFTER_MS / SECOND_MS), last + 1);
        expect(sum(admitted) - daily).toBeLessThanOrEqual(sum(lately));
        expect(sum(admitted) - daily).toBeLessThanOrEqual(
          2 * burst + (KNOWN_AFTER_MS / SECOND_MS) * 4 * perSecond,
        );
      }),
      { numRuns: 6 },
    );
  });

  it('let in what the documentation says was measured', async () => {
    // Two regions of two gateways, each asked 10 times a second; the day is spent long before they all know it.
    const admitted = await lived(1_000, 200, 10, [0, 1, 3, 4]);
    expect(sum(admitted) - 200).toBeLessThanOrEqual(10 * 4 * 10);
  });
});
