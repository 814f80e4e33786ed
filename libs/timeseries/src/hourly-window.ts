import { HOUR_MS, type Candle } from './candle.js';

/** A year of hourly slots. */
export const YEAR_SLOTS = 8_760;

/**
 * Hourly slots up to an instant. Slot i covers [end - (W - i) h, end - (W - i - 1) h); a slot without its candle
 * holds NaN in all five arrays. All arrays have the same length W; prices in the quote currency.
 */
export interface HourlyWindow {
  /** Close time of the last slot, ms since the epoch, UTC: the origin of a forecast made from this window. */
  readonly end: number;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/**
 * Lays candles out on the hourly grid that ends at `origin`.
 *
 * @param candles hourly candles in any order; those that open at or after the origin, before the window or off the
 *   hour are ignored; of two for one slot the first wins
 * @param origin close time of the last slot, ms, a full hour UTC
 * @param slots length W of the window
 * @throws RangeError if the origin is no full hour or `slots` no positive integer
 */
export function hourlyWindow(candles: Iterable<Candle>, origin: number, slots: number): HourlyWindow {
  if (origin % HOUR_MS !== 0) throw new RangeError(`origin ${origin} is not a full hour in ms`);
  if (!Number.isInteger(slots) || slots < 1)
    throw new RangeError(`slots must be a positive integer, not ${slots}`);
  const window = emptyWindow(origin, slots);
  const start = origin - slots * HOUR_MS;
  for (const candle of candles) {
    const slot = (candle.openTime - start) / HOUR_MS;
    if (slot < 0 || slot >= slots || !Number.isInteger(slot) || !Number.isNaN(window.close[slot])) continue;
    window.open[slot] = candle.open;
    window.high[slot] = candle.high;
    window.low[slot] = candle.low;
    window.close[slot] = candle.close;
    window.volume[slot] = candle.volume;
  }
  return window;
}

/**
 * The window of `slots` slots that ends at `origin`, cut out of a longer one. Shares memory where the longer one
 * reaches far enough back; slots before its start are NaN.
 *
 * @throws RangeError if the origin is not on the longer window's grid or lies after its end
 */
export function sliceWindow(history: HourlyWindow, origin: number, slots: number): HourlyWindow {
  const stop = slotIndex(history, origin);
  if (!Number.isInteger(stop) || stop > history.close.length) {
    throw new RangeError(`origin ${origin} is not on the grid that ends at ${history.end}`);
  }
  const cut = (values: Float64Array): Float64Array => {
    if (stop >= slots) return values.subarray(stop - slots, stop);
    const padded = new Float64Array(slots).fill(NaN);
    padded.set(values.subarray(0, Math.max(0, stop)), slots - Math.max(0, stop));
    return padded;
  };
  return {
    end: origin,
    open: cut(history.open),
    high: cut(history.high),
    low: cut(history.low),
    close: cut(history.close),
    volume: cut(history.volume),
  };
}

/** Index of the slot that opens at `instant`: W at the window's end, negative before its start. */
export function slotIndex(window: HourlyWindow, instant: number): number {
  return window.close.length + (instant - window.end) / HOUR_MS;
}

/** Number of slots that hold a candle in [from, to). */
export function presentSlots(close: Float64Array, from: number, to: number): number {
  let count = 0;
  for (let i = Math.max(0, from); i < to; i++) if (!Number.isNaN(close[i])) count++;
  return count;
}

function emptyWindow(end: number, slots: number): HourlyWindow {
  const blank = (): Float64Array => new Float64Array(slots).fill(NaN);
  return { end, open: blank(), high: blank(), low: blank(), close: blank(), volume: blank() };
}
