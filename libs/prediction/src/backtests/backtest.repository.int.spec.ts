import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import { INSTRUMENT, openMarket, type TestMarket } from '../../test/market.js';
import { BacktestRepository } from './backtest.repository.js';

const END = Date.UTC(2025, 0, 15);
const visible = { feed: 'replay-000000bb', tenant: 'default', instruments: null, horizons: null };

let market: TestMarket;
beforeAll(async () => {
  market = await openMarket();
});
afterAll(() => market?.close());

it('pages of backtests have each once, newest first, though many were asked for at one instant', async () => {
  const backtests = new BacktestRepository(market.dataSource);
  const request = {
    ...{ instrument: INSTRUMENT, from: END - HOUR_MS, to: END, every: '1h', horizons: ['1h' as const] },
    ...{ model: 'champion', refit: 'none' as const, reference: 'har@1' },
  };
  const rows = Array.from({ length: 7 }, (_, i) => ({ id: randomUUID(), at: END + Math.floor(i / 3) }));
  const { feed, tenant } = visible;
  for (const { id, at } of rows) {
    const asked = { id, feed, tenant, request, requestedBy: 'key 0a1b', createdAt: at };
    expect(await backtests.add(asked, rows.length)).toBe(true);
  }
  const seen: string[] = [];
  let after: [number, string] | null = null;
  for (;;) {
    const page = await backtests.list(visible, { after, limit: 2 });
    seen.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (!last) break;
    after = [last.createdAt.getTime(), last.id];
  }
  const newestFirst = rows.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  expect(seen).toEqual(newestFirst.map(({ id }) => id));
});
