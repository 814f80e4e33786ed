import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AlertRequest } from '@btcforecast/contracts';
import { askerOf, NotificationsBench } from '../../test/notifications-bench.js';
import { QuotaWatch } from './quota-watch.service.js';

const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 10, 28, 12);
let bench: NotificationsBench;
beforeAll(async () => {
  bench = await NotificationsBench.open();
});
beforeEach(async () => {
  await bench.dataSource.query(
    `DELETE FROM webhook_endpoints; DELETE FROM webhook_events; DELETE FROM usage_counts; DELETE FROM alert_rules`,
  );
  await bench.dataSource.query(`UPDATE tenants SET tier = 'standard'`);
  bench.clock.set(NOON);
});
afterAll(() => bench.close());

/** Units of the tenant's day, by two keys. The quota is 1,000. */
async function use(units: number, tenant = 'acme', day = '2026-11-28'): Promise<void> {
  for (const [actor, share] of [
    ['key a', Math.floor(units / 2)],
    ['key b', Math.ceil(units / 2)],
  ]) {
    await bench.dataSource.query(
      `INSERT INTO usage_counts VALUES ($1, $2, $3, 'GET /v1/forecasts/{instrument}', 1, $4, 0)
       ON CONFLICT (tenant, day, actor, route) DO UPDATE SET units = usage_counts.units + excluded.units`,
      [tenant, day, actor, share],
    );
  }
}
const newWatch = () => new QuotaWatch(bench.dataSource, bench.usage, bench.clock);
const toldTo = async (endpoint: string, tenant = 'acme') => {
  const { data } = await bench.queries.list(askerOf(tenant), endpoint, { limit: 100 });
  const bodies = await Promise.all(data.map(({ id }) => bench.queries.get(askerOf(tenant), endpoint, id)));
  return bodies
    .map(({ body }) => JSON.parse(body) as { type: string; timestamp: string; data: Record<string, unknown> })
    .reverse();
};

describe('a warning of the quota', () => {
  const eventTypes = ['quota.warning'];

  it('comes once at four fifths and once at all of it, whoever looks however often', async () => {
    const { id } = await bench.addEndpoint({ eventTypes });
    await use(799);
    expect(await newWatch().warn()).toBe(0);
    await use(2);
    const looks = await Promise.all([newWatch().warn(), newWatch().warn(), newWatch().warn()]);
    expect(looks.toSorted()).toEqual([0, 0, 1]);
    await use(100);
    expect(await newWatch().warn()).toBe(0);
    await use(400);
    bench.clock.advance(MINUTE_MS);
    expect(await newWatch().warn()).toBe(1);
    expect(await newWatch().warn()).toBe(0);
    expect(await toldTo(id)).toEqual([
      {
        type: 'quota.warning',
        timestamp: '2026-11-28T12:00:00.000Z',
        data: { used: 801, quota: 1_000, share: 0.801, resetsAt: '2026-11-29T00:00:00.000Z' },
      },
      expect.objectContaining({ data: expect.objectContaining({ used: 1_301, share: 1.301 }) }),
    ]);
  });

  it('comes anew each day, and is no business of other tenants or of those without a quota', async () => {
    const { id } = await bench.addEndpoint({ eventTypes });
    const other = await bench.addEndpoint({ eventTypes }, askerOf('other'));
    await use(900);
    await use(5_000, 'other');
    await bench.dataSource.query(`UPDATE tenants SET tier = 'unlimited' WHERE id = 'other'`);
    expect(await newWatch().warn()).toBe(1);
    bench.clock.advance(12 * 60 * MINUTE_MS);
    expect(await newWatch().warn()).toBe(0); // a new day, of which nothing is used
    await use(850, 'acme', '2026-11-29');
    expect(await newWatch().warn()).toBe(1);
    expect((await toldTo(id)).map(({ data }) => data['resetsAt'])).toEqual([
      '2026-11-29T00:00:00.000Z',
      '2026-11-30T00:00:00.000Z',
    ]);
    expect(await toldTo(other.id, 'other')).toEqual([]);
  });
});

describe('a rule about usage', () => {
  const add = (condition: object, more: object = {}) =>
    bench.alerts.create(
      askerOf('acme'),
      AlertRequest.parse({ name: 'rule', condition: { kind: 'usage', ...condition }, ...more }),
    );
  const judge = () => bench.newJudge().judge();
  const historyOf = async (id: string) =>
    (await bench.alerts.history(askerOf('acme'), id, { limit: 100 })).data
      .map(({ state, at, value }) => [state, at, value])
      .reverse();

  it('fires at its share without any market, once, and is over with the day', async () => {
    const endpoint = await bench.addEndpoint({ eventTypes: ['alert.fired', 'alert.resolved'] });
    const { id } = await add({ share: 0.5, clear: 0.4 });
    await use(499);
    expect(await judge()).toEqual({ judged: 1, changed: 0 });
    await use(1);
    expect(await judge()).toEqual({ judged: 0, changed: 0 }); // within the same minute
    bench.clock.advance(MINUTE_MS);
    await Promise.all([judge(), judge(), judge()]);
    bench.clock.advance(MINUTE_MS);
    await use(200);
    await judge();
    expect(await bench.alerts.get(askerOf('acme'), id)).toMatchObject({ state: 'firing', value: 0.7 });
    bench.clock.set(Date.UTC(2026, 10, 29) + 1);
    await judge();
    expect(await historyOf(id)).toEqual([
      ['firing', '2026-11-28T12:01:00.000Z', 0.5],
      ['resolved', '2026-11-29T00:00:00.000Z', 0],
    ]);
    const told = await toldTo(endpoint.id);
    expect(told.map(({ type }) => type)).toEqual(['alert.fired', 'alert.resolved']);
    expect(told[0]!.data).toMatchObject({ text: '50 % of the quota of the day is used; asked for: 50 %' });
  });

  it('waits for as long as it must hold, and is over when the quota is lifted', async () => {
    const { id } = await add({ share: 0.5 }, { holdMinutes: 10 });
    await use(600);
    for (let minute = 0; minute < 12; minute += 1) {
      await judge(); // each by a process that has just started
      bench.clock.advance(MINUTE_MS);
    }
    expect(await historyOf(id)).toEqual([['firing', '2026-11-28T12:10:00.000Z', 0.6]]);
    await bench.dataSource.query(`UPDATE tenants SET tier = 'unlimited' WHERE id = 'acme'`);
    await judge();
    bench.clock.advance(10 * MINUTE_MS);
    await judge();
    expect((await historyOf(id)).at(-1)).toEqual(['resolved', '2026-11-28T12:22:00.000Z', 0]);
  });
});
