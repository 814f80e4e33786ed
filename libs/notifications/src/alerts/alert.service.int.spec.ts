import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AlertRequest } from '@btcforecast/contracts';
import { askerOf, INSTRUMENT, NotificationsBench } from '../../test/notifications-bench.js';
import { addCandle, HOUR_MS, openMarket, START } from '../../test/market-rows.js';
import { MAX_RULES } from './alert.service.js';

let bench: NotificationsBench;
beforeAll(async () => {
  bench = await NotificationsBench.open();
  await openMarket(bench);
  await addCandle(bench.dataSource, START + HOUR_MS, 120);
});
beforeEach(() => bench.dataSource.query('DELETE FROM alert_rules'));
afterAll(() => bench.close());

const add = (condition: object, more: object = {}, asker = askerOf('acme')) =>
  bench.alerts.create(
    asker,
    AlertRequest.parse({ name: 'rule', condition: { instrument: INSTRUMENT, ...condition }, ...more }),
  );

describe('rules', () => {
  it('of another tenant do not exist, and tell nobody else', async () => {
    const foreign = await bench.addEndpoint({ eventTypes: ['alert.fired'] }, askerOf('other'));
    const { id } = await add({ kind: 'price', test: 'above', level: 100 });
    await bench.newJudge().judge();
    const asked = [
      () => bench.alerts.get(askerOf('other'), id),
      () => bench.alerts.update(askerOf('other'), id, { enabled: false }),
      () => bench.alerts.delete(askerOf('other'), id),
      () => bench.alerts.history(askerOf('other'), id, { limit: 1 }),
    ];
    for (const ask of asked)
      await expect(ask()).rejects.toMatchObject({ kind: 'caller', code: 'alert.not_found' });
    expect((await bench.alerts.list(askerOf('other'), { limit: 10 })).data).toEqual([]);
    expect((await bench.queries.list(askerOf('other'), foreign.id, { limit: 10 })).data).toEqual([]);
  });

  it('are no more than a tenant may have, and are listed in pages', async () => {
    const request = { kind: 'price', test: 'above', level: 100 };
    const tries = await Promise.allSettled([add(request), add(request)]);
    // As many at once as there are connections, more would only wait for one; the last five meet the limit together.
    while (tries.length < MAX_RULES + 2) {
      tries.push(...(await Promise.allSettled(Array.from({ length: 5 }, () => add(request)))));
    }
    expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const { data, next } = await bench.alerts.list(askerOf('acme'), {
        limit: 33,
        ...(cursor && { cursor }),
      });
      for (const { id } of data) seen.add(id);
      cursor = next ?? undefined;
    } while (cursor);
    expect(seen.size).toBe(MAX_RULES);
    await expect(bench.alerts.list(askerOf('acme'), { limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'request.cursor_invalid',
    });
  });

  it('watch no more than whoever makes them may ask about', async () => {
    const narrow = askerOf('acme', { instruments: ['ETH-USD'], horizons: ['1h'] });
    const forbidden = { kind: 'caller', code: 'access.forbidden' };
    const quantile = { kind: 'forecast_quantile', horizon: '24h', quantile: 0.05, test: 'below', level: 95 };
    await expect(add({ kind: 'price', test: 'above', level: 1 }, {}, narrow)).rejects.toMatchObject(
      forbidden,
    );
    await expect(add({ ...quantile, instrument: 'ETH-USD' }, {}, narrow)).rejects.toMatchObject(forbidden);
    const poor = askerOf('acme', { permissions: new Set(['alerts:write', 'alerts:read']) });
    await expect(add(quantile, {}, poor)).rejects.toMatchObject(forbidden);
    const { condition } = await add({ ...quantile, instrument: 'ETH-USD', horizon: '1h' }, {}, narrow);
    const test = { condition, holdMinutes: 0, cooldownMinutes: 0 };
    await expect(bench.tester.test(poor, test)).rejects.toMatchObject(forbidden);
    await expect(bench.tester.test(narrow, test)).rejects.toMatchObject({ code: 'instrument.unknown' });
  });
});
