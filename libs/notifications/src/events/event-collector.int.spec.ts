import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WEBHOOK_DATA, type WebhookEventType } from '@btcforecast/contracts';
import { askerOf, FEED, INSTRUMENT, NotificationsBench } from '../../test/notifications-bench.js';
import * as rows from '../../test/market-rows.js';
import type { EventCollector } from './event-collector.js';

const { HOUR_MS, START } = rows;
let bench: NotificationsBench;
let collector: EventCollector;

beforeEach(async () => {
  bench = await NotificationsBench.open();
  await rows.openMarket(bench, START + HOUR_MS / 2);
  collector = bench.newCollector();
  await collector.collect(); // from here on it is told
});
afterEach(() => bench.close());

interface Told {
  readonly endpoint: string;
  readonly type: WebhookEventType;
  readonly body: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** What was queued, in the order in which it was. */
async function told(): Promise<Told[]> {
  const found = await bench.dataSource.query<{ endpoint: string; type: WebhookEventType; body: string }[]>(
    `SELECT e.description AS endpoint, v.type, v.body FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
     JOIN webhook_events v ON v.id = d.event_id ORDER BY v.recorded_at, v.type, v.body, e.description`,
  );
  return found.map(({ body, ...rest }) => ({ ...rest, body: JSON.parse(body) as Told['body'] }));
}
const countTold = async () => (await told()).length;
const collectAll = async (by = collector) => {
  while ((await by.collect()).more);
};
const soon = () => bench.clock.advance(60_000);

describe('what happens', () => {
  it('is told once of every kind, as its schema says', async () => {
    const eventTypes = Object.keys(WEBHOOK_DATA);
    await bench.addEndpoint({ description: 'all', eventTypes });
    const { dataSource } = bench;
    await rows.addCandle(dataSource, START + HOUR_MS, 123.5);
    const forecast = await rows.addForecast(dataSource, START + HOUR_MS);
    await rows.addScore(dataSource, forecast, START + 25 * HOUR_MS);
    const gap = await rows.addGap(dataSource, START + 2 * HOUR_MS);
    await rows.closeGap(dataSource, gap, 'repaired');
    await rows.addDrift(dataSource, START);
    await rows.addMove(dataSource, START);
    await rows.addBacktest(dataSource, 'acme');
    for (const _again of [1, 2, 3]) {
      await collectAll();
      soon(); // reads everything once more
    }
    const all = await told();
    expect(all.map(({ type }) => type).sort()).toEqual([
      ...['backtest.finished', 'candle.closed', 'drift.raised', 'forecast.issued', 'forecast.matured'],
      ...['gap.closed', 'gap.opened', 'model.promoted'],
    ]);
    for (const { type, body } of all) {
      expect(body.type).toBe(type);
      expect(WEBHOOK_DATA[type].parse(body.data)).toEqual(body.data);
    }
    const dataOf = (type: string) => all.find((each) => each.type === type)?.body;
    expect(dataOf('candle.closed')).toMatchObject({
      timestamp: '2025-01-01T01:00:00.000Z',
      data: { close: 123.5, openTime: '2025-01-01T00:00:00.000Z', interval: '1h', source: 'replay' },
    });
    expect(dataOf('forecast.issued')).toMatchObject({
      data: { id: forecast, horizon: '24h', quantiles: { '0.05': 100 * Math.exp(-0.03), '0.5': 100 } },
    });
    expect(dataOf('forecast.matured')).toMatchObject({
      data: { id: forecast, outcome: { state: 'matured', close: 101, pinball: 20, covered: { '80': true } } },
    });
    expect(dataOf('gap.opened')).toMatchObject({ data: { id: gap, state: 'open' } });
    expect(dataOf('gap.closed')).toMatchObject({ data: { id: gap, state: 'repaired' } });
    expect(dataOf('model.promoted')).toMatchObject({
      data: { from: null, to: 'har@2', reason: 'better in shadow' },
    });
    expect(JSON.stringify(all)).not.toContain('key 0123456789ab');
  });

  it('is told to those who ask for it, by type, instrument, horizon, interval and tenant', async () => {
    const add = (description: string, changes: object, tenant = 'acme') =>
      bench.addEndpoint(
        { description, eventTypes: ['forecast.issued', 'candle.closed', 'backtest.finished'], ...changes },
        askerOf(tenant),
      );
    await add('everything', {});
    await add('one horizon', { horizons: ['1h'] });
    await add('another instrument', { instruments: ['ETH-USD'] });
    await add('this instrument', { instruments: [INSTRUMENT] });
    await add('minutes', { intervals: ['1m'], eventTypes: ['candle.closed'] });
    await add('outcomes', { eventTypes: ['forecast.matured'] });
    await add('another tenant', {}, 'other');
    await collectAll(); // somebody asks for minutes from here on
    await rows.addCandle(bench.dataSource, START + HOUR_MS);
    await rows.addCandle(bench.dataSource, START + HOUR_MS / 2 + 60_000, 100, { interval: '1m' });
    await rows.addForecast(bench.dataSource, START + HOUR_MS);
    await rows.addBacktest(bench.dataSource, 'acme');
    await collectAll();
    const by = Object.groupBy(await told(), ({ endpoint }) => endpoint);
    const types = Object.fromEntries(
      Object.entries(by).map(([name, list]) => [name, list!.map(({ type }) => type).sort()]),
    );
    expect(types).toEqual({
      everything: ['backtest.finished', 'candle.closed', 'forecast.issued'],
      'one horizon': ['backtest.finished', 'candle.closed'],
      'this instrument': ['backtest.finished', 'candle.closed', 'forecast.issued'],
      minutes: ['candle.closed'],
      'another tenant': ['candle.closed', 'forecast.issued'],
    });
  });

  it('is not told when it does not count: variants, what was made up for later, other feeds, imported candles', async () => {
    await bench.addEndpoint({ eventTypes: ['forecast.issued', 'forecast.matured', 'candle.closed'] });
    const variant = await rows.addForecast(bench.dataSource, START, { canonical: false });
    await rows.addScore(bench.dataSource, variant, START);
    await rows.addForecast(bench.dataSource, START, { timeliness: 'backfilled' });
    await rows.addForecast(bench.dataSource, START, { feed: 'demo' });
    await rows.addCandle(bench.dataSource, START + HOUR_MS, 100, { provenance: 'imported' });
    await rows.addCandle(bench.dataSource, START + HOUR_MS, 100, { venue: 'demo' });
    await rows.addCandle(bench.dataSource, START - 5 * HOUR_MS); // history, which is fetched when a market begins
    await collectAll();
    expect(await told()).toEqual([]);
  });

  it('is told to an endpoint from when it listens, and not what came before', async () => {
    await rows.addForecast(bench.dataSource, START);
    bench.clock.set(Date.now());
    const { id } = await bench.addEndpoint();
    await rows.addForecast(bench.dataSource, START + HOUR_MS);
    await collectAll();
    expect((await told()).map(({ body }) => body.data['origin'])).toEqual(['2025-01-01T01:00:00.000Z']);
    await bench.endpoints.update(askerOf('acme'), id, { enabled: false });
    await rows.addForecast(bench.dataSource, START + 2 * HOUR_MS);
    await collectAll();
    await bench.endpoints.update(askerOf('acme'), id, { enabled: true });
    await rows.addForecast(bench.dataSource, START + 3 * HOUR_MS);
    await collectAll();
    expect(await countTold()).toBe(2);
    // What it missed is kept, and a replay brings it.
    const hour = { from: bench.clock.now() - HOUR_MS, to: bench.clock.now() + HOUR_MS };
    const replayed = await bench.replay.replayRange(askerOf('acme'), id, { ...hour, include: ['missed'] });
    expect(replayed).toEqual({ queued: 1, next: null });
    expect(await countTold()).toBe(3);
  });
});

describe('telling', () => {
  it('loses nothing over a stop of any length, and doubles nothing', async () => {
    await bench.addEndpoint({ eventTypes: ['forecast.issued', 'candle.closed'] });
    const expected = new Set<string>();
    for (let hour = 1; hour <= 60; hour += 1) {
      await rows.addCandle(bench.dataSource, START + hour * HOUR_MS);
      for (const horizonHours of [1, 4, 24, 168]) {
        expected.add(await rows.addForecast(bench.dataSource, START + hour * HOUR_MS, { horizonHours }));
      }
      if (hour % 20 === 0) await collectAll(bench.newCollector()); // another process each time, and none in between
    }
    const all = await told();
    const issued = all.filter(({ type }) => type === 'forecast.issued').map(({ body }) => body.data['id']);
    expect(issued).toHaveLength(240);
    expect(new Set(issued)).toEqual(expected);
    const candles = all.filter(({ type }) => type === 'candle.closed').map(({ body }) => body.timestamp);
    expect(new Set(candles).size).toBe(60);
    expect(candles).toHaveLength(60);
  });

  it('begins with what happened since somebody listens, even when nobody has looked before', async () => {
    await bench.dataSource.query('DELETE FROM webhook_cursors');
    await rows.addForecast(bench.dataSource, START);
    await bench.addEndpoint();
    await rows.addForecast(bench.dataSource, START + HOUR_MS);
    await collectAll();
    await collectAll();
    expect((await told()).map(({ body }) => body.data['origin'])).toEqual(['2025-01-01T01:00:00.000Z']);
  });

  it('by several at once tells each thing once', async () => {
    await bench.addEndpoint();
    for (let hour = 1; hour <= 20; hour += 1)
      await rows.addForecast(bench.dataSource, START + hour * HOUR_MS);
    const several = Array.from({ length: 4 }, () => bench.newCollector());
    await Promise.all(several.map((each) => collectAll(each)));
    await collectAll();
    expect(await countTold()).toBe(20);
  });

  it('tells what was committed after something later had been told', async () => {
    await bench.addEndpoint();
    const late = bench.dataSource.createQueryRunner();
    await late.startTransaction();
    await rows.addForecast(late.manager, START + HOUR_MS);
    await rows.addForecast(bench.dataSource, START + 2 * HOUR_MS);
    await collectAll();
    expect(await countTold()).toBe(1);
    await late.commitTransaction();
    await late.release();
    await collectAll();
    expect(await countTold()).toBe(1); // its time lies before what was told
    soon();
    await collectAll();
    expect(await countTold()).toBe(2);
  });

  it('tells a candle that a repair brought late', async () => {
    await bench.addEndpoint({ eventTypes: ['candle.closed'] });
    await rows.addCandle(bench.dataSource, START + HOUR_MS);
    await rows.addCandle(bench.dataSource, START + 3 * HOUR_MS);
    await collectAll();
    await rows.addCandle(bench.dataSource, START + 2 * HOUR_MS);
    soon();
    await collectAll();
    expect((await told()).map(({ body }) => body.timestamp).sort()).toEqual([
      ...['2025-01-01T01:00:00.000Z', '2025-01-01T02:00:00.000Z', '2025-01-01T03:00:00.000Z'],
    ]);
  });

  it('rolls back with its transaction: what could not be queued is told later', async () => {
    await bench.addEndpoint();
    await rows.addForecast(bench.dataSource, START + HOUR_MS);
    await bench.dataSource.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
       CREATE TRIGGER refuse BEFORE UPDATE ON webhook_cursors FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    await expect(collector.collect()).rejects.toThrow('no');
    expect(await countTold()).toBe(0);
    await bench.dataSource.query('DROP TRIGGER refuse ON webhook_cursors');
    await collectAll();
    expect(await countTold()).toBe(1);
  });

  it('is not held up by a row of which no event can be made', async () => {
    await bench.addEndpoint({ eventTypes: ['model.promoted'] });
    await rows.addMove(bench.dataSource, START);
    const reason = 'x'.repeat(2_000);
    await bench.dataSource.query(
      `INSERT INTO model_alias_moves (feed, instrument, alias, to_name, to_version, effective_origin, actor, reason, moved_at)
       SELECT feed, instrument, alias, to_name, to_version, 'infinity', actor, $1, moved_at FROM model_alias_moves`,
      [reason],
    );
    await rows.addMove(bench.dataSource, START + HOUR_MS);
    await collectAll();
    expect(await countTold()).toBe(2);
    expect(bench.logged).toContain('an event could not be made');
  });

  it('begins to tell a market whose clock is known later only then', async () => {
    await bench.dataSource.query(
      `DELETE FROM market_feeds; DELETE FROM webhook_cursors WHERE source LIKE 'candle%'`,
    );
    await bench.addEndpoint({ eventTypes: ['candle.closed'] });
    await collectAll();
    for (let hour = 1; hour <= 10; hour += 1) await rows.addCandle(bench.dataSource, START + hour * HOUR_MS);
    await rows.openMarket(bench, START + 10.5 * HOUR_MS);
    await collectAll();
    await rows.addCandle(bench.dataSource, START + 11 * HOUR_MS);
    await collectAll();
    expect((await told()).map(({ body }) => body.timestamp)).toEqual(['2025-01-01T11:00:00.000Z']);
    expect(FEED).toMatch(/^replay-/);
  });
});
