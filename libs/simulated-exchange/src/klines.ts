import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { SimulatedMarket } from './simulated-market.js';
import { visibleCandles, type VisibleCandle } from './visible-candles.js';

export interface KlinesQuery {
  readonly interval: Interval;
  /** Open time of the first kline wanted, inclusive, ms. */
  readonly startTime?: number | undefined;
  /** Open time of the last kline wanted, inclusive, ms. */
  readonly endTime?: number | undefined;
  readonly limit: number;
}

/**
 * Chooses as the real exchange does: with a start time the oldest from there on, otherwise the newest up to the end
 * time or to now. The forming candle is among them. A hole in the market takes no place in the limit.
 */
export function selectKlines(market: SimulatedMarket, query: KlinesQuery, nowMs: number): VisibleCandle[] {
  const end = Math.min(query.endTime ?? nowMs, nowMs) + 1;
  return query.startTime === undefined
    ? newest(market, query, { end, nowMs })
    : oldest(market, query, { end, nowMs });
}

interface Bounds {
  /** Exclusive bound of open times. */
  readonly end: number;
  readonly nowMs: number;
}

function oldest(market: SimulatedMarket, query: KlinesQuery, { end, nowMs }: Bounds): VisibleCandle[] {
  const spanMs = query.limit * INTERVAL_MS[query.interval];
  const found: VisibleCandle[] = [];
  let from = Math.max(query.startTime ?? 0, market.firstOpenTime - INTERVAL_MS[query.interval]);
  while (found.length < query.limit && from < end) {
    const to = Math.min(end, from + spanMs);
    found.push(...visibleCandles(market, { interval: query.interval, from, to }, nowMs));
    from = to;
  }
  return found.slice(0, query.limit);
}

function newest(market: SimulatedMarket, query: KlinesQuery, { end, nowMs }: Bounds): VisibleCandle[] {
  const spanMs = query.limit * INTERVAL_MS[query.interval];
  const first = market.firstOpenTime - INTERVAL_MS[query.interval];
  const found: VisibleCandle[] = [];
  let to = end;
  while (found.length < query.limit && to > first) {
    const from = Math.max(first, to - spanMs);
    found.unshift(...visibleCandles(market, { interval: query.interval, from, to }, nowMs));
    to = from;
  }
  return found.slice(-query.limit);
}

/** The row of twelve of GET /api/v3/klines; the file knows no single trades, so their number is 0. */
export function klineRow(candle: VisibleCandle, interval: Interval): (string | number)[] {
  const { openTime, open, high, low, close, volume } = candle;
  return [
    openTime,
    decimal(open),
    decimal(high),
    decimal(low),
    decimal(close),
    decimal(volume),
    openTime + INTERVAL_MS[interval] - 1,
    decimal(volume * close),
    0,
    decimal(volume / 2),
    decimal((volume * close) / 2),
    '0',
  ];
}

/** The message of a kline stream. */
export function klineEvent(candle: VisibleCandle, { symbol, interval, nowMs }: KlineEventContext): object {
  const [t, o, h, l, c, v, T, q, n, V, Q, B] = klineRow(candle, interval);
  const k = { t, T, s: symbol, i: interval, f: -1, L: -1, o, c, h, l, v, n, x: candle.isFinal, q, V, Q, B };
  return { e: 'kline', E: Math.floor(nowMs), s: symbol, k };
}

export interface KlineEventContext {
  readonly symbol: string;
  readonly interval: Interval;
  readonly nowMs: number;
}

/** Eight decimals as the exchange writes them, or as many as the number needs: what is read back is the same number. */
function decimal(value: number): string {
  const text = value.toFixed(8);
  return Number(text) === value ? text : String(value);
}
