import type { Candle } from './candle.js';

/**
 * Whether a candle can be true. Cost O(1).
 *
 * @param candle  as received from a venue or a file
 * @param context intervalMs: length of the candle; nowMs: what time it is in the market (event time, ms)
 * @returns null when the candle is sound, else what is wrong with it, as a sentence part without the candle's name
 */
export function validateCandle(
  candle: Candle,
  context: { readonly intervalMs: number; readonly nowMs: number },
): string | null {
  return timeProblem(candle.openTime, context) ?? priceProblem(candle) ?? volumeProblem(candle.volume);
}

function timeProblem(
  openTime: number,
  { intervalMs, nowMs }: { intervalMs: number; nowMs: number },
): string | null {
  if (!Number.isSafeInteger(openTime) || openTime < 0)
    return 'the open time is not a whole number of milliseconds';
  if (openTime % intervalMs !== 0) return 'the open time is not on the grid of the interval';
  if (openTime + intervalMs > nowMs) return 'the candle closes in the future';
  return null;
}

function priceProblem({ open, high, low, close }: Candle): string | null {
  for (const price of [open, high, low, close]) {
    if (!Number.isFinite(price) || price <= 0) return 'a price is not a positive number';
  }
  if (high < Math.max(open, close)) return 'the high lies below the open or the close';
  if (low > Math.min(open, close)) return 'the low lies above the open or the close';
  return null;
}

function volumeProblem(volume: number): string | null {
  return Number.isFinite(volume) && volume >= 0 ? null : 'the volume is not a number of zero or more';
}
