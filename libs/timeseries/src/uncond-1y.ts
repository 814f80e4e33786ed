import { YEAR_SLOTS, type HourlyWindow } from './hourly-window.js';
import { empiricalQuantiles } from './empirical-quantiles.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';

/** Fewest returns that quantiles are taken of. */
export const MIN_RETURNS = 500;

/**
 * The baseline `uncond_1y`: empirical quantiles of the h-hour log returns that ended in the last year. It knows
 * nothing of the present volatility.
 *
 * @param window       slots up to the origin; returns with a missing end are left out
 * @param horizonHours h
 * @param levels       ascending levels, shape [L]
 * @returns log-return quantiles, shape [L], ascending
 * @throws InsufficientHistoryError if fewer than 500 such returns exist
 */
export function trailingReturnQuantiles(
  window: HourlyWindow,
  horizonHours: number,
  levels: readonly number[],
): number[] {
  const returns = trailingReturns(window.close, horizonHours, () => 1);
  return empiricalQuantiles(returns, levels);
}

/**
 * The h-hour log returns that ended in the last year, each divided by `scaleAt(slot)` of the slot that closes at its
 * origin. Returns whose scale is not a positive number are left out.
 */
export function trailingReturns(
  close: Float64Array,
  horizonHours: number,
  scaleAt: (slot: number) => number,
): Float64Array {
  const first = Math.max(0, close.length - YEAR_SLOTS - horizonHours);
  const returns = new Float64Array(YEAR_SLOTS);
  let count = 0;
  for (let i = first; i + horizonHours < close.length; i++) {
    const value = Math.log(close[i + horizonHours]! / close[i]!) / scaleAt(i);
    if (Number.isFinite(value)) returns[count++] = value;
  }
  if (count < MIN_RETURNS) throw tooFewReturns(count, horizonHours);
  return returns.subarray(0, count);
}

export function tooFewReturns(count: number, horizonHours: number): InsufficientHistoryError {
  return new InsufficientHistoryError(
    `only ${count} returns over ${horizonHours} h lie in the last year; ${MIN_RETURNS} are needed`,
  );
}
