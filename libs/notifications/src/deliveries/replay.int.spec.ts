import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, DeliveryBench, HOUR_MS } from '../../test/delivery-bench.js';
import { askerOf, type NotificationsBench } from '../../test/notifications-bench.js';

let desk: DeliveryBench;
let all: NotificationsBench;
beforeAll(async () => {
  desk = await DeliveryBench.open();
  ({ all } = desk);
});
beforeEach(() => desk.begin());
afterAll(() => desk.close());

describe('a replay', () => {
  it('of one delivery, or of a range, sends what was given up again with its id', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    desk.receiver.answers.push(410);
    await desk.happen(3);
    await desk.deliverer.deliver((await desk.dueIds())[0]!);
    await expect(all.replay.replayOne(askerOf('acme'), id, (await desk.only(id)).id)).rejects.toMatchObject({
      code: 'webhook.conflict',
    });
    await all.endpoints.update(askerOf('acme'), id, { enabled: true });
    const one = await all.replay.replayOne(askerOf('acme'), id, (await desk.only(id)).id);
    expect(one).toMatchObject({ state: 'pending', attempts: expect.any(Number) });
    expect(await desk.deliverDue()).toEqual(['delivered']);
    const range = { from: all.clock.now() - HOUR_MS, to: all.clock.now() + HOUR_MS };
    expect(
      await all.replay.replayRange(askerOf('acme'), id, { ...range, include: ['failed', 'missed'] }),
    ).toEqual({
      queued: 2,
      next: null,
    });
    expect(await desk.deliverDue()).toEqual(['delivered', 'delivered']);
    expect(
      await all.replay.replayRange(askerOf('acme'), id, { ...range, include: ['failed', 'missed'] }),
    ).toEqual({
      queued: 0,
      next: null,
    });
    expect(await all.replay.replayRange(askerOf('acme'), id, { ...range, include: ['delivered'] })).toEqual({
      queued: 3,
      next: null,
    });
    expect(await desk.deliverDue()).toEqual(['delivered', 'delivered', 'delivered']);
    const ids = desk.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(3);
  });

  it('of a long range goes on where it stopped', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    await all.dataSource.query(
      `INSERT INTO webhook_events (id, type, arrived_at, body)
       SELECT 'evt_' || lpad(to_hex(n), 32, '0'), 'forecast.issued', $1::timestamptz + n * interval '1 second', '{}'
       FROM generate_series(1, 1500) AS n`,
      [new Date(all.clock.now())],
    );
    const to = all.clock.now() + DAY_MS;
    const first = await all.replay.replayRange(askerOf('acme'), id, {
      from: all.clock.now(),
      to,
      include: ['missed'],
    });
    expect(first).toEqual({ queued: 1_000, next: new Date(all.clock.now() + 1_001_000).toISOString() });
    const rest = await all.replay.replayRange(askerOf('acme'), id, {
      from: Date.parse(first.next!),
      to,
      include: ['missed'],
    });
    expect(rest).toEqual({ queued: 500, next: null });
  });

  it('never reaches what concerns another tenant', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url(), eventTypes: ['alert.fired'] });
    await all.dataSource.query(
      `INSERT INTO webhook_events (id, type, tenant, arrived_at, body) VALUES ('evt_' || repeat('0', 32), 'alert.fired', 'other', now(), '{}')`,
    );
    const range = { from: all.clock.now() - DAY_MS, to: all.clock.now() + DAY_MS };
    const every = ['failed', 'missed', 'delivered'] as const;
    expect(await all.replay.replayRange(askerOf('acme'), id, { ...range, include: [...every] })).toEqual({
      queued: 0,
      next: null,
    });
  });
});

describe('a test', () => {
  it('reaches the endpoint it is asked for and no other', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url('/a') });
    await all.addEndpoint({ url: desk.receiver.url('/b') });
    const queued = await all.replay.test(askerOf('acme'), id);
    expect(queued).toMatchObject({ type: 'webhook.test', state: 'pending', log: [] });
    expect(await desk.deliverDue()).toEqual(['delivered']);
    expect(
      desk.receiver.received.map(({ path, body }) => [path, (JSON.parse(body) as { type: string }).type]),
    ).toEqual([['/a', 'webhook.test']]);
  });
});

describe('housekeeping', () => {
  it('gives up what has waited a week, and forgets what is a month old', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    await desk.happen();
    all.clock.advance(7 * DAY_MS + 1);
    await all.housekeeping.tidy();
    expect(await desk.only(id)).toMatchObject({ state: 'failed' });
    all.clock.advance(24 * DAY_MS);
    await all.housekeeping.tidy();
    expect(await desk.deliveriesOf(id)).toEqual([]);
    expect(await all.dataSource.query('SELECT FROM webhook_events')).toEqual([]);
  });
});
