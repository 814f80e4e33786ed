import { DAY_MS, HOUR_MS, MINUTE_MS, type Candle } from './candle.js';

/** Lengths of candles that can be derived from and to, in ms. */
export const RESAMPLE_INTERVAL_MS = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '4h': 4 * HOUR_MS,
  '1d': DAY_MS,
} as const;
export type ResampleInterval = keyof typeof RESAMPLE_INTERVAL_MS;

/**
 * Derives coarser candles, each only when all of its parts are there: a candle with a hole would look final and be
 * wrong. Needs no state: hand over whatever part of the series has changed, cut at the coarse interval's edges, and
 * get the coarse candles that are complete within it. Volume is the sum of the parts in time order.
 *
 * @param candles candles of interval `from`, in any order; off-grid ones are ignored; of two for one open time the
 *   first wins
 * @param from    interval of `candles`
 * @param to      a longer interval, a multiple of `from`
 * @returns complete coarse candles by ascending open time
 * @throws RangeError if `to` is no longer than `from`
 */
export function resample(candles: Iterable<Candle>, from: ResampleInterval, to: ResampleInterval): Candle[] {
  const fineMs = RESAMPLE_INTERVAL_MS[from];
  const coarseMs = RESAMPLE_INTERVAL_MS[to];
  if (coarseMs <= fineMs) throw new RangeError(`cannot derive ${to} candles from ${from} candles`);
  const parts = partsByCoarseOpenTime(candles, fineMs, coarseMs);
  return [...parts]
    .filter(([, slots]) => slots.size === coarseMs / fineMs)
    .sort(([a], [b]) => a - b)
    .map(([openTime, slots]) => merge(openTime, slots, fineMs));
}

function partsByCoarseOpenTime(
  candles: Iterable<Candle>,
  fineMs: number,
  coarseMs: number,
): Map<number, Map<number, Candle>> {
  const groups = new Map<number, Map<number, Candle>>();
  for (const candle of candles) {
    if (candle.openTime % fineMs !== 0) continue;
    const coarseOpenTime = candle.openTime - (candle.openTime % coarseMs);
    const group = groups.get(coarseOpenTime) ?? new Map<number, Candle>();
    if (group.size === 0) groups.set(coarseOpenTime, group);
    if (!group.has(candle.openTime)) group.set(candle.openTime, candle);
  }
  return groups;
}

function merge(openTime: number, parts: ReadonlyMap<number, Candle>, fineMs: number): Candle {
  const at = (index: number): Candle => parts.get(openTime + index * fineMs)!; // all parts are there
  const merged = { ...at(0), openTime };
  for (let i = 1; i < parts.size; i++) {
    const part = at(i);
    merged.high = Math.max(merged.high, part.high);
    merged.low = Math.min(merged.low, part.low);
    merged.close = part.close;
    merged.volume += part.volume;
  }
  return {
    openTime,
    open: merged.open,
    high: merged.high,
    low: merged.low,
    close: merged.close,
    volume: merged.volume,
  };
}
