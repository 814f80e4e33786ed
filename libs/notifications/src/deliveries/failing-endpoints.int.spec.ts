import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { DeliveryBench, HOUR_MS, MINUTE_MS } from '../../test/delivery-bench.js';
import { askerOf, type NotificationsBench } from '../../test/notifications-bench.js';
import { PLACES } from './delivery.repository.js';
import { RETRY_SCHEDULE_MS } from './retry-schedule.js';

let desk: DeliveryBench;
let all: NotificationsBench;
beforeAll(async () => {
  desk = await DeliveryBench.open();
  ({ all } = desk);
});
beforeEach(() => desk.begin());
afterAll(() => desk.close());

describe('an endpoint that', () => {
  it('answers 410 is disabled at once, with a record, and others are told', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    const watch = await all.addEndpoint({
      url: desk.receiver.url('/watch'),
      eventTypes: ['webhook.disabled'],
    });
    const foreign = await all.addEndpoint(
      { url: desk.receiver.url('/other'), eventTypes: ['webhook.disabled'] },
      askerOf('other'),
    );
    desk.receiver.answers.push(410);
    await desk.happen(2);
    const [first] = await desk.dueIds();
    expect(await desk.deliverer.deliver(first!)).toEqual({ state: 'failed' });
    expect(await all.endpoints.get(askerOf('acme'), id)).toMatchObject({
      enabled: false,
      disabled: { reason: 'gone' },
    });
    const { data } = await all.queries.list(askerOf('acme'), id, { limit: 10 });
    expect(data.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect((await all.queries.list(askerOf('other'), foreign.id, { limit: 10 })).data).toEqual([]);
    const { body } = await all.queries.get(askerOf('acme'), watch.id, (await desk.only(watch.id)).id);
    expect(JSON.parse(body)).toMatchObject({ type: 'webhook.disabled', data: { id, reason: 'gone' } });
    await desk.happen();
    expect(await desk.deliveriesOf(id)).toHaveLength(2); // it gets nothing more
  });

  it.each([429, 502, 504])(
    'answers %d is left alone for a while, the others of its deliveries too',
    async (status) => {
      const { id } = await all.addEndpoint({ url: desk.receiver.url() });
      await desk.happen(3);
      const ids = await desk.dueIds();
      desk.receiver.answers.push(
        (response) => void response.writeHead(status, { 'retry-after': '120' }).end(),
      );
      expect(await desk.deliverer.deliver(ids[0]!)).toEqual({ state: 'retry' });
      expect(await desk.deliverer.deliver(ids[1]!)).toEqual({ state: 'not_due' });
      const pausedUntil = new Date(all.clock.now() + 120_000).toISOString();
      expect((await all.endpoints.get(askerOf('acme'), id)).health.pausedUntil).toBe(pausedUntil);
      all.clock.advance(119_999);
      expect(await desk.dueIds()).toEqual([]);
      all.clock.advance(1);
      expect((await desk.deliverDue()).sort()).toEqual(['delivered', 'delivered', 'delivered']);
      const { data } = await all.queries.list(askerOf('acme'), id, { limit: 10 });
      expect(data.map(({ attempts }) => attempts).sort()).toEqual([1, 1, 2]); // to wait is no attempt
    },
  );

  it('fails at every attempt of the schedule is disabled at its end, some 75 hours later', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    desk.receiver.always.set('/hook', 500);
    await desk.happen();
    const begin = all.clock.now();
    const states: string[] = [];
    for (let hours = 0; hours <= 120 && states.at(-1) !== 'failed'; hours += 1) {
      states.push(...(await desk.deliverDue()));
      all.clock.advance(states.length < 3 ? 10 * MINUTE_MS : HOUR_MS);
    }
    expect(states).toHaveLength(RETRY_SCHEDULE_MS.length);
    expect(states.at(-1)).toBe('failed');
    expect(all.clock.now() - begin).toBeGreaterThan(75 * HOUR_MS);
    expect(await all.endpoints.get(askerOf('acme'), id)).toMatchObject({
      enabled: false,
      disabled: { reason: 'failing' },
    });
    expect(await desk.only(id)).toMatchObject({ state: 'failed', attempts: 10, nextAttemptAt: null });
  });

  it('refuses one event for ever and takes all others stays enabled', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    await desk.happen();
    const { id: refused } = await desk.only(id);
    for (let attempt = 0; attempt < RETRY_SCHEDULE_MS.length; attempt += 1) {
      desk.receiver.answers.push(422);
      await desk.deliverer.deliver(refused);
      await desk.happen();
      const others = (await desk.dueIds()).filter((each) => each !== refused);
      for (const each of others) await desk.deliverer.deliver(each);
      all.clock.advance(30 * HOUR_MS);
    }
    expect((await all.queries.get(askerOf('acme'), id, refused)).state).toBe('failed');
    expect(await all.endpoints.get(askerOf('acme'), id)).toMatchObject({ enabled: true });
  });

  it('is slow has a few places and no more, and holds up nobody else', async () => {
    const slow = await all.addEndpoint({ url: desk.receiver.url('/slow') });
    const quick = await all.addEndpoint({ url: desk.receiver.url('/quick') });
    const open: (() => void)[] = [];
    desk.receiver.always.set('/slow', (response) => void open.push(() => response.writeHead(204).end()));
    await desk.happen(12);
    const queued = await all.dataSource.query<{ id: string }[]>('SELECT id FROM webhook_deliveries');
    const results = queued.map(({ id }) => desk.deliverer.deliver(id)); // as if every job ran at once
    await waitFor(
      () =>
        open.length === PLACES &&
        desk.receiver.received.filter(({ path }) => path === '/quick').length >= PLACES,
      {
        deadlineMs: 5_000,
        what: 'places are taken',
      },
    );
    for (let rounds = 0; rounds < 12; rounds += 1) {
      await Promise.all(
        (await all.deliveries.dispatch(all.clock.now(), all.clock.now(), quick.id)).map((id) =>
          desk.deliverer.deliver(id),
        ),
      );
    }
    const states = async (id: string) =>
      (await all.queries.list(askerOf('acme'), id, { limit: 100 })).data.map(({ state }) => state);
    expect(new Set(await states(quick.id))).toEqual(new Set(['delivered']));
    expect(new Set(await states(slow.id))).toEqual(new Set(['pending']));
    expect(desk.receiver.received.filter(({ path }) => path === '/slow')).toHaveLength(PLACES);
    for (const end of open) end();
    await Promise.all(results);
  });

  it('fails again and again is tried one delivery at a time, ever less often, until one arrives', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    desk.receiver.always.set('/hook', 500);
    await desk.happen(40);
    const attempts: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      const before = desk.receiver.received.length;
      for (let round = 0; round < 3; round += 1) await desk.deliverDue();
      attempts.push(desk.receiver.received.length - before);
      all.clock.advance(MINUTE_MS);
    }
    const later = attempts.slice(30).reduce((a, b) => a + b);
    expect(Math.max(...attempts.slice(3))).toBeLessThanOrEqual(1);
    expect(later).toBeLessThanOrEqual(3);
    desk.receiver.always.delete('/hook');
    all.clock.advance(15 * MINUTE_MS);
    let ended = 0;
    for (let round = 0; round < 20; round += 1) {
      ended += (await desk.deliverDue()).length;
      all.clock.advance(MINUTE_MS); // what was handed out as a job, which nobody runs here, is handed out again
    }
    expect(ended).toBeGreaterThan(20); // the rest waits for its time in the schedule
    expect((await all.endpoints.get(askerOf('acme'), id)).health).toMatchObject({
      failuresInRow: 0,
      pausedUntil: null,
    });
  });
});
