import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { Candle } from '@btcforecast/timeseries';
import { aggregate } from './aggregate.js';
import type { SimulatedMarket } from './simulated-market.js';

/** A candle as the exchange shows it at some moment. */
export interface VisibleCandle extends Candle {
  /** False while trading goes on within it. */
  readonly isFinal: boolean;
}

export interface CandleRange {
  readonly interval: Interval;
  /** Open times, [from, to). */
  readonly from: number;
  readonly to: number;
}

/**
 * What can be seen of a range at `nowMs`: final candles, and the one that is still forming. The forming one knows of
 * its finest part nothing but the opening price, so nobody can learn from it what comes next.
 */
export function visibleCandles(market: SimulatedMarket, range: CandleRange, nowMs: number): VisibleCandle[] {
  const { interval } = range;
  const source = market.sourceOf(interval);
  if (!source) return [];
  const intervalMs = INTERVAL_MS[interval];
  const from =
    Math.ceil(Math.max(range.from, market.firstOpenTime - intervalMs + 1) / intervalMs) * intervalMs;
  const formingAt = Math.floor(nowMs / intervalMs) * intervalMs;
  const finalEnd = Math.min(Math.ceil(range.to / intervalMs) * intervalMs, formingAt);
  const final = from < finalEnd ? grouped(market.candles(source, from, finalEnd), intervalMs) : [];
  const candles: VisibleCandle[] = final.map((candle) => ({ ...candle, isFinal: true }));
  const forming = formingAt >= from && formingAt < range.to ? formingCandle(market, interval, nowMs) : null;
  return forming ? [...candles, forming] : candles;
}

/** The candle of the interval within which `nowMs` lies, or null while nothing has traded in it. */
export function formingCandle(
  market: SimulatedMarket,
  interval: Interval,
  nowMs: number,
): VisibleCandle | null {
  const intervalMs = INTERVAL_MS[interval];
  const finestMs = INTERVAL_MS[market.interval];
  const openTime = Math.floor(nowMs / intervalMs) * intervalMs;
  const parts = market
    .candles(market.interval, openTime, nowMs + 1)
    .map((part) => (part.openTime + finestMs <= nowMs ? part : opening(part)));
  return parts.length > 0 ? { ...aggregate(openTime, parts), isFinal: false } : null;
}

function opening({ openTime, open }: Candle): Candle {
  return { openTime, open, high: open, low: open, close: open, volume: 0 };
}

function grouped(candles: readonly Candle[], intervalMs: number): Candle[] {
  const groups = new Map<number, Candle[]>();
  for (const candle of candles) {
    const openTime = candle.openTime - (candle.openTime % intervalMs);
    const group = groups.get(openTime);
    if (group) group.push(candle);
    else groups.set(openTime, [candle]);
  }
  return [...groups].map(([openTime, parts]) => aggregate(openTime, parts));
}
