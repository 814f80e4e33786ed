import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '@btcforecast/timeseries';
import { klineRow, selectKlines } from './klines.js';
import { createReplayMarket } from './replay-market.js';
import type { SimulatedMarket } from './simulated-market.js';
import { formingCandle, visibleCandles } from './visible-candles.js';

const T0 = Date.UTC(2025, 0, 1);
const HOLE = [10, 11];
let folder: string;
let market: SimulatedMarket;

/** Two days of hours with a hole of two; hour h closes at 100 + h. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-klines-'));
  const path = join(folder, 'hours.csv');
  const rows = Array.from({ length: 48 }, (_row, h) => h).filter((h) => !HOLE.includes(h));
  await writeFile(
    path,
    rows.map((h) => `${T0 + h * HOUR_MS},${99 + h},${101 + h},${98 + h},${100 + h},${h + 0.5}`).join('\n'),
  );
  market = await createReplayMarket(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hour = (h: number) => T0 + h * HOUR_MS;
const now = () => hour(20) + 600_000;
const hours = (query: { startTime?: number; endTime?: number; limit?: number }) =>
  selectKlines(market, { interval: '1h', limit: 500, ...query }, now()).map(
    ({ openTime }) => (openTime - T0) / HOUR_MS,
  );

describe('selectKlines', () => {
  it('gives the newest klines, the forming one last, when no time is asked for', () => {
    expect(hours({ limit: 3 })).toEqual([18, 19, 20]);
  });
  it('gives the oldest from a start time on, bounds included', () => {
    expect(hours({ startTime: hour(3), limit: 2 })).toEqual([3, 4]);
    expect(hours({ startTime: hour(3) + 1, limit: 2 })).toEqual([4, 5]);
    expect(hours({ startTime: hour(3), endTime: hour(5) })).toEqual([3, 4, 5]);
    expect(hours({ startTime: hour(3), endTime: hour(5) - 1 })).toEqual([3, 4]);
  });
  it('gives the newest up to an end time when no start time is given', () => {
    expect(hours({ endTime: hour(5), limit: 2 })).toEqual([4, 5]);
  });
  it('does not count a hole in the market towards the limit', () => {
    expect(hours({ startTime: hour(8), limit: 4 })).toEqual([8, 9, 12, 13]);
    expect(hours({ endTime: hour(12), limit: 3 })).toEqual([8, 9, 12]);
  });
  it('shows nothing of the future', () => {
    expect(hours({ startTime: hour(21) })).toEqual([]);
    expect(hours({ startTime: hour(19), endTime: hour(40) })).toEqual([19, 20]);
  });
  it('shows of the forming kline nothing but its opening price', () => {
    expect(formingCandle(market, '1h', now())).toEqual({
      openTime: hour(20),
      open: 119,
      high: 119,
      low: 119,
      close: 119,
      volume: 0,
      isFinal: false,
    });
  });
  it('puts coarser klines together from what was traded, and forms them from closed hours', () => {
    const days = selectKlines(market, { interval: '1d', limit: 5 }, now());
    expect(days).toEqual([
      { openTime: T0, open: 99, high: 120, low: 98, close: 119, volume: expect.any(Number), isFinal: false },
    ]);
    const [third] = visibleCandles(market, { interval: '4h', from: hour(8), to: hour(12) }, now());
    expect(third).toMatchObject({ openTime: hour(8), open: 107, close: 109, volume: 18, isFinal: true });
  });
  it('writes numbers so that reading them gives the same numbers', () => {
    const [kline] = selectKlines(market, { interval: '1h', startTime: hour(7), limit: 1 }, now());
    expect(klineRow({ ...kline!, close: 107.1234567891 }, '1h').slice(0, 7)).toEqual([
      hour(7),
      '106.00000000',
      '108.00000000',
      '105.00000000',
      '107.1234567891',
      '7.50000000',
      hour(8) - 1,
    ]);
  });
});
