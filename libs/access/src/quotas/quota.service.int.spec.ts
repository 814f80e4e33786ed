import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { createLeaseStore, createLogger, ManualClock, Metrics } from '@btcforecast/platform';
import {
  describeWhen,
  hasRedis,
  testDatabase,
  type TestDatabase,
  testRedis,
  type TestRedis,
} from '@btcforecast/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import type { Principal } from '../principal.js';
import { DAY_MS, dayOf } from './quota-windows.js';
import { QuotaService } from './quota.service.js';
import { TIERS, type TierTable } from './tiers.js';
import type { UsageMeter } from './usage-meter.js';
import { UsageRepository } from './usage.repository.js';

const START = 20_000 * DAY_MS;
const TODAY = dayOf(START);
let database: TestDatabase;
let dataSource: DataSource;
let tenants = 0;
const open: QuotaService[] = [];

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await connect();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const connect = () => createDataSource({ url: database.url, applicationName: 'test' }).initialize();

async function tenant(tier = 'standard'): Promise<string> {
  tenants += 1;
  const id = `tenant-${tenants}`;
  await dataSource.query('INSERT INTO tenants (id, name, tier) VALUES ($1, $1, $2)', [id, tier]);
  return id;
}

function principal(of: string, id = 'k1'): Principal {
  const rights = { roles: [], permissions: new Set<never>(), instruments: null, horizons: null };
  return { kind: 'key', id, tenant: of, name: 'test', ...rights };
}

interface Options {
  readonly tiers?: TierTable;
  readonly clock?: ManualClock;
  readonly redisUrl?: string;
  readonly source?: DataSource;
}

function service({
  tiers = TIERS,
  clock = new ManualClock(START),
  redisUrl,
  source = dataSource,
}: Options = {}) {
  const lines: string[] = [];
  const logger = createLogger('test', {
    level: 'info',
    destination: { write: (line: string) => lines.push(line) },
  });
  const metrics = new Metrics({ service: 'test', region: 'solo' });
  const leases = createLeaseStore({ redisUrl, logger, metrics });
  const quotas = new QuotaService({
    repository: new UsageRepository(source),
    leases,
    tiers,
    clock,
    logger,
    metrics,
  });
  open.push(quotas);
  return { quotas, clock, lines, metrics };
}

/** As many as ask at once; how many of them were let in. */
async function ask(meter: UsageMeter, times: number, cost = 1): Promise<number> {
  const refusals = await Promise.all(Array.from({ length: times }, async () => meter.take('GET /x', cost)));
  return refusals.filter((refusal) => refusal === undefined).length;
}

const usageOf = async (of: string) =>
  (
    await dataSource.query<{ requests: string; units: string; refused: string }[]>(
      'SELECT requests, units, refused FROM usage_counts WHERE tenant = $1 ORDER BY day, actor, route',
      [of],
    )
  ).map((row) => [Number(row.requests), Number(row.units), Number(row.refused)]);

const limits = (burst: number | null, daily: number | null): TierTable => ({
  ...TIERS,
  tight: { burst, daily, concurrent: null },
});

describe('usage', () => {
  it('comes to the database whole, whoever asked, and however often it is written down meanwhile', async () => {
    const [a, b] = [await tenant('unlimited'), await tenant('unlimited')];
    const gateways = [service(), service()];
    const actors = [principal(a, 'k1'), principal(a, 'k2'), principal(b, 'k3')];
    const expected = new Map<string, [number, number]>();
    const step = fc.record({ gateway: fc.nat(1), actor: fc.nat(2), route: fc.nat(2), cost: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (list) => {
        const writing = gateways.map(({ quotas }) => quotas.reconcile());
        for (const { gateway, actor, route, cost } of list) {
          const meter = await gateways[gateway]!.quotas.load({ ...actors[actor]! });
          expect(await meter.take(`GET /${route}`, cost)).toBeUndefined();
          const key = `${actors[actor]!.tenant} key ${actors[actor]!.id} GET /${route}`;
          const [requests, units] = expected.get(key) ?? [0, 0];
          expected.set(key, [requests + 1, units + cost]);
        }
        await Promise.all(writing);
      }),
      { numRuns: 20 },
    );
    await Promise.all(open.splice(0).map((each) => each.close())); // an orderly stop
    const rows = await dataSource.query<{ key: string; requests: string; units: string }[]>(
      `SELECT tenant || ' ' || actor || ' ' || route AS key, requests, units FROM usage_counts
       WHERE tenant = ANY ($1)`,
      [[a, b]],
    );
    const found = new Map(rows.map(({ key, requests, units }) => [key, [Number(requests), Number(units)]]));
    expect(found).toEqual(expected);
  });

  it('is written once although the answer to writing it was lost', async () => {
    const of = await tenant('unlimited');
    const flaky = await connect();
    const { quotas } = service({ source: flaky });
    await ask(await quotas.load(principal(of)), 5);
    const query = flaky.query.bind(flaky);
    let lost = 0;
    flaky.query = async <T>(sql: string, parameters?: unknown[]): Promise<T> => {
      const result = await query<T>(sql, parameters as never);
      if (!sql.includes('usage_batches') || lost > 0) return result;
      lost += 1;
      throw new Error('Connection terminated unexpectedly');
    };
    await quotas.reconcile();
    await ask(await quotas.load(principal(of)), 2);
    await quotas.reconcile();
    expect(lost).toBe(1);
    expect(await usageOf(of)).toEqual([[7, 7, 0]]);
    flaky.query = query;
    await Promise.all(open.splice(0).map((each) => each.close()));
    await flaky.destroy();
  });

  it('is listed up to this moment, refused requests apart, each day by itself', async () => {
    const of = await tenant('tight');
    const { quotas, clock } = service({ tiers: limits(10, null) });
    const meter = await quotas.load(principal(of));
    expect(await ask(meter, 14)).toBe(10);
    await quotas.reconcile();
    clock.advance(DAY_MS);
    expect(await ask(meter, 3, 2)).toBe(3);
    const listed = await quotas.listUsage(of, TODAY, TODAY + 1);
    expect(listed.map(({ day, requests, units, refused }) => [day, requests, units, refused])).toEqual([
      ['2024-10-04', 10, 10, 4],
      ['2024-10-05', 3, 6, 0],
    ]);
    expect(await quotas.listUsage(of, TODAY + 1, TODAY + 1)).toHaveLength(1);
    await quotas.reconcile();
    expect(await usageOf(of)).toEqual([
      [10, 10, 4],
      [3, 6, 0],
    ]);
  });
});

describe('the units of a day', () => {
  it('are not given anew after a restart', async () => {
    const of = await tenant('tight');
    const tiers = limits(null, 100);
    const before = service({ tiers });
    expect(await ask(await before.quotas.load(principal(of)), 60)).toBe(60);
    await Promise.all(open.splice(0).map((each) => each.close()));
    const after = service({ tiers });
    expect(await ask(await after.quotas.load(principal(of)), 60)).toBe(40);
  });

  it('are given anew on the next day', async () => {
    const of = await tenant('tight');
    const { quotas, clock } = service({ tiers: limits(null, 10) });
    const meter = await quotas.load(principal(of));
    expect(await ask(meter, 15)).toBe(10);
    clock.advance(DAY_MS);
    expect(await ask(meter, 15)).toBe(10);
    await quotas.reconcile();
    expect(await ask(meter, 15)).toBe(0);
  });

  it('go beyond their limit by what gateways gave out before they heard of each other, and no further', async () => {
    const of = await tenant('tight');
    const gateways = [1, 2, 3, 4].map(() => service({ tiers: limits(50, 100) }));
    const meters = await Promise.all(gateways.map(({ quotas }) => quotas.load(principal(of))));
    // Four regions, each of which lets in a burst before the database is asked.
    const admitted = (await Promise.all(meters.map((meter) => ask(meter, 80)))).reduce((a, b) => a + b);
    expect(admitted).toBe(4 * 50);
    for (const { quotas } of gateways) await quotas.reconcile();
    for (const { quotas } of gateways) await quotas.reconcile();
    for (const { clock } of gateways) clock.advance(60_000);
    expect(await Promise.all(meters.map((meter) => ask(meter, 80)))).toEqual([0, 0, 0, 0]);
  });
});

describe('a tier', () => {
  it('that is changed counts from the next reading on', async () => {
    const of = await tenant('tight');
    const { quotas } = service({ tiers: limits(2, null) });
    const meter = await quotas.load(principal(of));
    expect(await ask(meter, 5)).toBe(2);
    await dataSource.query(`UPDATE tenants SET tier = 'unlimited' WHERE id = $1`, [of]);
    await quotas.reconcile();
    expect(await ask(meter, 5)).toBe(5);
  });

  it('that nobody knows stops the start, and later gives the least, with an error in the log', async () => {
    const of = await tenant('platinum');
    const { quotas, lines, metrics } = service();
    await expect(quotas.start()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('"platinum"'),
    });
    expect(await ask(await quotas.load(principal(of)), 1_000)).toBe(TIERS.free.burst);
    expect(lines.join()).toContain('not in the table');
    expect(await metrics.registry.metrics()).toMatch(/^quota_unknown_tier_total\{.*\} 1$/m);
    await dataSource.query('DELETE FROM tenants WHERE id = $1', [of]);
    await service({ tiers: limits(1, 1) }).quotas.start();
  });
});

describe('without the database', () => {
  it('requests are judged by what is in memory, and usage is kept until it is back', async () => {
    const [of, other] = [await tenant('tight'), await tenant('tight')];
    const source = await connect();
    const { quotas, lines, metrics } = service({ tiers: limits(null, 20), source });
    const meter = await quotas.load(principal(of));
    expect(await ask(meter, 5)).toBe(5);
    const query = source.query.bind(source);
    source.query = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await quotas.reconcile();
    await quotas.reconcile();
    expect(await ask(meter, 30)).toBe(15);
    expect(lines.filter((line) => line.includes('usage waits in memory'))).toHaveLength(1);
    expect(await metrics.registry.metrics()).toMatch(/^quota_reconciled\{.*\} 0$/m);
    expect(await metrics.registry.metrics()).toMatch(/^usage_rows_waiting\{.*\} [12]$/m);
    // Somebody new is let in as the usual tenant, since nobody can say more.
    expect(await ask(await quotas.load(principal(other)), 2_000)).toBe(TIERS.standard.burst);
    source.query = query;
    await quotas.reconcile();
    expect(await metrics.registry.metrics()).toMatch(/^quota_reconciled\{.*\} 1$/m);
    expect(await usageOf(of)).toEqual([[20, 20, 15]]);
    await Promise.all(open.splice(0).map((each) => each.close()));
    await source.destroy();
  });
});

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
        const of = await tenant('tight');
        const options = { tiers: limits(burst, null), redisUrl: redis.url };
        const gateways = [service(options), service(options), service(options)];
        const meters = await Promise.all(gateways.map(({ quotas }) => quotas.load(principal(of))));
        const some = await Promise.all(list.map(({ gateway, times }) => ask(meters[gateway]!, times)));
        const rest = await Promise.all(meters.map((meter) => ask(meter, burst)));
        expect([...some, ...rest].reduce((a, b) => a + b)).toBe(burst);
        await Promise.all(open.splice(0).map((each) => each.close()));
      }),
      { numRuns: 12 },
    );
  });

  it('ask Redis for few of many requests', async () => {
    const of = await tenant('tight');
    const { quotas, metrics } = service({ tiers: limits(10_000, null), redisUrl: redis.url });
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
    const of = await tenant('tight');
    const tiers = limits(40, 100);
    const mortal = await testRedis();
    const regions = [mortal.url, mortal.url, other.url].map((redisUrl) => service({ tiers, redisUrl }));
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
