import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AlertCondition, AlertRequest } from '@btcforecast/contracts';
import { askerOf, INSTRUMENT, NotificationsBench } from '../../test/notifications-bench.js';
import * as rows from '../../test/market-rows.js';
import type { AlertJudge } from './alert-judge.service.js';

const { HOUR_MS, START } = rows;
let bench: NotificationsBench;
let judge: AlertJudge;

beforeAll(async () => {
  bench = await NotificationsBench.open();
});
beforeEach(async () => {
  for (const table of ['alert_rules', 'webhook_endpoints', 'webhook_events', 'candles'])
    await bench.dataSource.query(`DELETE FROM ${table}`);
  bench.logged = '';
  await rows.openMarket(bench);
  await bench.addEndpoint({ eventTypes: ['alert.fired', 'alert.resolved'] });
  judge = bench.newJudge();
});
afterAll(() => bench.close());

const at = (hour: number): string => new Date(START + hour * HOUR_MS).toISOString();
const add = (condition: object, more: object = {}, asker = askerOf('acme')) =>
  bench.alerts.create(
    asker,
    AlertRequest.parse({ name: 'rule', condition: { instrument: INSTRUMENT, ...condition }, ...more }),
  );
const historyOf = async (id: string) =>
  (await bench.alerts.history(askerOf('acme'), id, { limit: 100 })).data
    .map(({ state, at: when }) => [state, when])
    .reverse();
/** Closes, an hour each from hour 1 on. */
async function closes(prices: readonly number[], from = 1): Promise<void> {
  for (const [i, price] of prices.entries())
    await rows.addCandle(bench.dataSource, START + (from + i) * HOUR_MS, price);
}
const SENT = `SELECT body FROM webhook_events ORDER BY recorded_at, body::json ->> 'timestamp', id`;
const sent = async () =>
  (await bench.dataSource.query<{ body: string }[]>(SENT)).map(
    ({ body }) => JSON.parse(body) as { type: string; timestamp: string; data: Record<string, unknown> },
  );

describe('a rule', () => {
  it('about a price fires and is over at the levels, once for each candle however often it is judged', async () => {
    await closes([90]);
    const { id } = await add({ kind: 'price', test: 'above', level: 100, clear: 95 });
    await judge.judge();
    await closes([99, 101, 97, 103, 94, 96, 105], 2);
    await Promise.all([judge.judge(), bench.newJudge().judge(), bench.newJudge().judge()]);
    await judge.judge();
    expect(await historyOf(id)).toEqual([
      ['firing', at(3)],
      ['resolved', at(6)],
      ['firing', at(8)],
    ]);
    expect(await bench.alerts.get(askerOf('acme'), id)).toMatchObject({
      state: 'firing',
      since: at(8),
      value: 105,
      judgedUntil: at(8),
    });
    const events = await sent();
    expect(events.map(({ type, timestamp }) => [type, timestamp])).toEqual([
      ['alert.fired', at(3)],
      ['alert.resolved', at(6)],
      ['alert.fired', at(8)],
    ]);
    expect(events[0]!.data).toMatchObject({
      rule: { id, name: 'rule' },
      value: 101,
      source: 'replay',
      text: 'BTC-USD closed at 101; asked for: above 100',
    });
  });

  it('that is new is judged by the newest candle and by nothing before it', async () => {
    await closes([200, 50, 200, 120]);
    const { id } = await add({ kind: 'price', test: 'above', level: 100 });
    await judge.judge();
    expect(await historyOf(id)).toEqual([['firing', at(4)]]);
  });

  it('about a crossing sees the candle before the one that it is judged by', async () => {
    await closes([90]);
    const { id } = await add({ kind: 'price', test: 'crosses', level: 100 });
    for (const [i, price] of [95, 105, 106, 99].entries()) {
      await closes([price], 2 + i);
      await judge.judge(); // each by itself
    }
    expect(await historyOf(id)).toEqual([
      ['firing', at(3)],
      ['resolved', at(4)],
      ['firing', at(5)],
    ]);
  });

  it('about a move compares with the close a window before, and not over a gap', async () => {
    await closes([100, 100, 100]);
    const { id } = await add({ kind: 'price_change', windowHours: 2, test: 'moves', percent: 10 });
    await judge.judge();
    await closes([100, 89], 4);
    await closes([70], 8); // hour 6, two before it, is missing
    await judge.judge();
    expect(await historyOf(id)).toEqual([['firing', at(5)]]);
    expect(await bench.alerts.get(askerOf('acme'), id)).toMatchObject({
      value: expect.closeTo(-11, 6),
      judgedUntil: at(8),
    });
  });

  it('about a quantile or a probability is judged at each origin, by what counts', async () => {
    const low = await add({
      kind: 'forecast_quantile',
      horizon: '24h',
      quantile: 0.05,
      test: 'below',
      level: 95,
    });
    const up = await add({
      kind: 'event_probability',
      horizon: '24h',
      event: 'above',
      price: 100,
      test: 'at_least',
      probability: 0.7,
    });
    await rows.addForecast(bench.dataSource, START, { price: 100 });
    await judge.judge();
    await rows.addForecast(bench.dataSource, START + HOUR_MS, { price: 97 }); // 97 · e^-0.03 = 94.13
    await rows.addForecast(bench.dataSource, START + HOUR_MS, { price: 50, canonical: false });
    await rows.addForecast(bench.dataSource, START + 2 * HOUR_MS, { price: 50, timeliness: 'backfilled' });
    await rows.addForecast(bench.dataSource, START + 3 * HOUR_MS, { price: 101.5 }); // P(above 100) = 0.82
    await rows.addForecast(bench.dataSource, START + 3 * HOUR_MS, { price: 1, horizonHours: 1 });
    await judge.judge();
    expect(await historyOf(low.id)).toEqual([
      ['firing', at(1)],
      ['resolved', at(3)],
    ]);
    expect(await historyOf(up.id)).toEqual([['firing', at(3)]]);
    expect((await bench.alerts.get(askerOf('acme'), up.id)).value).toBeCloseTo(0.82, 1);
    expect((await sent()).find(({ timestamp }) => timestamp === at(1))?.data['value']).toBeCloseTo(94.13, 2);
  });

  it('about drift and about gaps is judged at full hours, whether or not a candle closes', async () => {
    await closes([100, 100]);
    await rows.openMarket(bench, START + 2.2 * HOUR_MS);
    const drift = await add({ kind: 'drift', windowHours: 2 });
    const gap = await add({ kind: 'gap', windowHours: 3, missing: 2 });
    await judge.judge();
    await rows.addDrift(bench.dataSource, START + 1.5 * HOUR_MS, 1); // known an hour later
    await rows.openMarket(bench, START + 8.2 * HOUR_MS);
    await judge.judge();
    expect(await historyOf(drift.id)).toEqual([
      ['firing', at(3)],
      ['resolved', at(5)],
    ]);
    expect(await historyOf(gap.id)).toEqual([['firing', at(4)]]);
    await closes([100, 100, 100, 100, 100, 100, 100], 3); // repaired
    await rows.openMarket(bench, START + 9.2 * HOUR_MS);
    await judge.judge();
    expect(await historyOf(gap.id)).toEqual([
      ['firing', at(4)],
      ['resolved', at(9)],
    ]);
  });

  it('is judged anew when it is changed: what fires is over, and a rename changes nothing', async () => {
    await closes([120]);
    const { id } = await add({ kind: 'price', test: 'above', level: 100 });
    await judge.judge();
    await bench.alerts.update(askerOf('acme'), id, { name: 'renamed' });
    expect(await bench.alerts.get(askerOf('acme'), id)).toMatchObject({ name: 'renamed', state: 'firing' });
    await bench.alerts.update(askerOf('acme'), id, { enabled: false });
    expect(await bench.alerts.get(askerOf('acme'), id)).toMatchObject({ state: 'ok', judgedUntil: null });
    await closes([130], 2);
    await judge.judge();
    await bench.alerts.update(askerOf('acme'), id, { enabled: true, holdMinutes: 60 });
    await judge.judge();
    await closes([140], 3);
    await judge.judge();
    expect(await historyOf(id)).toEqual([
      ['firing', at(1)],
      ['resolved', at(1)],
      ['firing', at(3)],
    ]);
    await bench.alerts.delete(askerOf('acme'), id);
    expect((await sent()).map(({ type }) => type)).toEqual([
      'alert.fired',
      'alert.resolved',
      'alert.fired',
      'alert.resolved',
    ]);
  });

  it('that is changed may fire again at the same candle, and says all of it once', async () => {
    await closes([120]);
    const { id } = await add({ kind: 'price', test: 'above', level: 100 });
    await judge.judge();
    const condition = { kind: 'price', instrument: INSTRUMENT, interval: '1h', test: 'above', level: 110 };
    await bench.alerts.update(askerOf('acme'), id, { condition: AlertCondition.parse(condition) });
    await Promise.all([judge.judge(), bench.newJudge().judge()]);
    expect(await historyOf(id)).toEqual([
      ['firing', at(1)],
      ['resolved', at(1)],
      ['firing', at(1)],
    ]);
    expect((await sent()).map(({ type }) => type).sort()).toEqual([
      ...['alert.fired', 'alert.fired', 'alert.resolved'],
    ]);
    expect(bench.logged).not.toContain('could not be judged');
  });

  it('is caught up with after a stop, in order, and comes out as if it had been judged at each candle', async () => {
    await closes([100]);
    const condition = { kind: 'price', test: 'above', level: 100, clear: 97 };
    const policy = { holdMinutes: 60, cooldownMinutes: 300 };
    const [steady, late] = [await add(condition, policy), await add(condition, policy)];
    await judge.judge();
    const prices = Array.from(
      { length: 40 },
      (_none, i) => 100 + 6 * Math.sin(i * 1.3) + 3 * Math.sin(i * 0.37),
    );
    await bench.alerts.update(askerOf('acme'), late.id, { name: 'late' });
    await bench.dataSource.query('UPDATE alert_rules SET enabled = false WHERE id = $1', [late.id]);
    for (const [i, price] of prices.entries()) {
      await closes([price], 2 + i);
      await judge.judge();
    }
    await bench.dataSource.query('UPDATE alert_rules SET enabled = true WHERE id = $1', [late.id]);
    await judge.judge();
    const history = await historyOf(steady.id);
    expect(history.length).toBeGreaterThan(4);
    expect(await historyOf(late.id)).toEqual(history);
    const tested = await bench.tester.test(askerOf('acme'), {
      condition: late.condition,
      ...policy,
      from: START + HOUR_MS,
      to: START + 41 * HOUR_MS,
    });
    expect(tested.transitions.map(({ state, at: when }) => [state, when])).toEqual(history);
    expect(tested).toMatchObject({ judged: 41, source: 'replay' });
  });

  it('that cannot be judged keeps no other from it', async () => {
    await closes([120]);
    const [broken, sound] = [
      await add({ kind: 'price', test: 'above', level: 100 }),
      await add({ kind: 'price', test: 'above', level: 100 }),
    ];
    await bench.dataSource.query(`UPDATE alert_rules SET condition = '{"kind":"astrology"}' WHERE id = $1`, [
      broken.id,
    ]);
    expect(await judge.judge()).toEqual({ judged: 1, changed: 1 });
    expect(await historyOf(sound.id)).toEqual([['firing', at(1)]]);
    expect(bench.logged).toContain('an alert rule could not be judged');
  });
});
