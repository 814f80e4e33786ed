import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS } from './quota-windows.js';
import { ask, limits, principal, QuotaFixture, TODAY } from './quotas.fixture.js';
import { TIERS } from './tiers.js';

let fixture: QuotaFixture;
beforeAll(async () => {
  fixture = await QuotaFixture.start();
});
afterAll(() => fixture.close());
afterEach(() => fixture.closeServices());

describe('usage', () => {
  it('comes to the database whole, whoever asked, and however often it is written down meanwhile', async () => {
    const [a, b] = [await fixture.tenant('unlimited'), await fixture.tenant('unlimited')];
    const gateways = [fixture.service(), fixture.service()];
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
    await fixture.closeServices(); // an orderly stop
    const rows = await fixture.dataSource.query<{ key: string; requests: string; units: string }[]>(
      `SELECT tenant || ' ' || actor || ' ' || route AS key, requests, units FROM usage_counts
       WHERE tenant = ANY ($1)`,
      [[a, b]],
    );
    const found = new Map(rows.map(({ key, requests, units }) => [key, [Number(requests), Number(units)]]));
    expect(found).toEqual(expected);
  });

  it('is written once although the answer to writing it was lost', async () => {
    const of = await fixture.tenant('unlimited');
    const flaky = await fixture.connect();
    const { quotas } = fixture.service({ source: flaky });
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
    expect(await fixture.usageOf(of)).toEqual([[7, 7, 0]]);
    flaky.query = query;
    await fixture.closeServices();
    await flaky.destroy();
  });

  it('is listed up to this moment, refused requests apart, each day by itself', async () => {
    const of = await fixture.tenant('tight');
    const { quotas, clock } = fixture.service({ tiers: limits(10, null) });
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
    expect(await fixture.usageOf(of)).toEqual([
      [10, 10, 4],
      [3, 6, 0],
    ]);
  });
});

describe('the units of a day', () => {
  it('are not given anew after a restart', async () => {
    const of = await fixture.tenant('tight');
    const tiers = limits(null, 100);
    const before = fixture.service({ tiers });
    expect(await ask(await before.quotas.load(principal(of)), 60)).toBe(60);
    await fixture.closeServices();
    const after = fixture.service({ tiers });
    expect(await ask(await after.quotas.load(principal(of)), 60)).toBe(40);
  });

  it('are given anew on the next day', async () => {
    const of = await fixture.tenant('tight');
    const { quotas, clock } = fixture.service({ tiers: limits(null, 10) });
    const meter = await quotas.load(principal(of));
    expect(await ask(meter, 15)).toBe(10);
    clock.advance(DAY_MS);
    expect(await ask(meter, 15)).toBe(10);
    await quotas.reconcile();
    expect(await ask(meter, 15)).toBe(0);
  });

  it('go beyond their limit by what gateways gave out before they heard of each other, and no further', async () => {
    const of = await fixture.tenant('tight');
    const gateways = [1, 2, 3, 4].map(() => fixture.service({ tiers: limits(50, 100) }));
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
    const of = await fixture.tenant('tight');
    const { quotas } = fixture.service({ tiers: limits(2, null) });
    const meter = await quotas.load(principal(of));
    expect(await ask(meter, 5)).toBe(2);
    await fixture.dataSource.query(`UPDATE tenants SET tier = 'unlimited' WHERE id = $1`, [of]);
    await quotas.reconcile();
    expect(await ask(meter, 5)).toBe(5);
  });

  it('that nobody knows stops the start, and later gives the least, with an error in the log', async () => {
    const of = await fixture.tenant('platinum');
    const { quotas, lines, metrics } = fixture.service();
    await expect(quotas.start()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('"platinum"'),
    });
    expect(await ask(await quotas.load(principal(of)), 1_000)).toBe(TIERS.free.burst);
    expect(lines.join()).toContain('not in the table');
    expect(await metrics.registry.metrics()).toMatch(/^quota_unknown_tier_total\{.*\} 1$/m);
    await fixture.dataSource.query('DELETE FROM tenants WHERE id = $1', [of]);
    await fixture.service({ tiers: limits(1, 1) }).quotas.start();
  });
});

describe('without the database', () => {
  it('requests are judged by what is in memory, and usage is kept until it is back', async () => {
    const [of, other] = [await fixture.tenant('tight'), await fixture.tenant('tight')];
    const source = await fixture.connect();
    const { quotas, lines, metrics } = fixture.service({ tiers: limits(null, 20), source });
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
    expect(await fixture.usageOf(of)).toEqual([[20, 20, 15]]);
    await fixture.closeServices();
    await source.destroy();
  });
});
