import { YEAR_SLOTS, type HourlyWindow } from './hourly-window.js';
import { empiricalQuantiles } from './empirical-quantiles.js';
import { trailingReturns } from './uncond-1y.js';

/**
 * Weight of the past per hour, by horizon: the best of 0.94 to 0.99 on Bitcoin's hourly candles from mid 2021 to mid
 * 2024. Longer horizons want a longer memory.
 */
const DECAYS = [
  { upToHours: 1, decay: 0.94 },
  { upToHours: 4, decay: 0.98 },
  { upToHours: Infinity, decay: 0.99 },
] as const;
/** Slots before the trailing year that only warm the average up: the weight of its start falls below a thousandth. */
const WARM_UP_SLOTS = 720;
const START_SLOTS = 168;
const LONGEST_HORIZON = 168;
const MIN_VARIANCE = 1e-12;

/**
 * The baseline `ewma_rw`: a random walk whose volatility is an exponentially weighted mean of squared hourly returns;
 * the shape is that of the year's own standardised returns.
 *
 * @param window        slots up to the origin; a missing return leaves the average as it was
 * @param horizonsHours shape [H], each at most 168
 * @param levels        ascending levels, shape [L]
 * @returns log-return quantiles, shape [H][L], ascending in L
 * @throws InsufficientHistoryError if fewer than 500 returns of a horizon exist in the year
 * @see J. P. Morgan (1996), RiskMetrics Technical Document
 */
export function ewmaRandomWalk(
  window: HourlyWindow,
  horizonsHours: readonly number[],
  levels: readonly number[],
): number[][] {
  const slots = YEAR_SLOTS + LONGEST_HORIZON + WARM_UP_SLOTS;
  const close = window.close.subarray(Math.max(0, window.close.length - slots));
  const squares = close.map((value, i) => (i === 0 ? NaN : Math.log(value / close[i - 1]!) ** 2));
  return horizonsHours.map((hours) => {
    const { decay } = DECAYS.find(({ upToHours }) => hours <= upToHours)!; // the last one takes all
    const volatility = ewmaVolatility(squares, decay);
    const present = volatility[volatility.length - 1]!;
    const root = Math.sqrt(hours);
    const shape = trailingReturns(close, hours, (slot) => volatility[slot]! * root);
    return empiricalQuantiles(shape, levels).map((quantile) => quantile * present * root);
  });
}

/** Volatility per hour as known at the close of each slot. */
function ewmaVolatility(squares: Float64Array, decay: number): Float64Array {
  let variance = Math.max(MIN_VARIANCE, meanPresentSquare(squares.subarray(0, START_SLOTS)));
  return squares.map((square) => {
    if (!Number.isNaN(square)) variance = decay * variance + (1 - decay) * square;
    return Math.sqrt(Math.max(MIN_VARIANCE, variance));
  });
}

function meanPresentSquare(squares: Float64Array): number {
  const present = squares.filter((square) => !Number.isNaN(square));
  return present.length === 0 ? 0 : present.reduce((sum, square) => sum + square, 0) / present.length;
}
