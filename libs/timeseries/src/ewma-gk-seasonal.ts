import { empiricalQuantiles } from './empirical-quantiles.js';
import { seasonAt, type FeatureSeries } from './feature-series.js';
import { slotIndex, YEAR_SLOTS } from './hourly-window.js';
import { hoursOfWeek, seasonAhead } from './season-slots.js';
import { trailingReturns } from './uncond-1y.js';
import { WEEK_HOURS } from './week-season.js';

/**
 * Weight of the past per hour, by horizon: the best of 0.85 to 0.9995 on Bitcoin's hourly candles from mid 2021 to mid
 * 2024. Longer horizons want a longer memory.
 */
const DECAYS = [
  { upToHours: 1, decay: 0.93 },
  { upToHours: 4, decay: 0.96 },
  { upToHours: 24, decay: 0.998 },
  { upToHours: Infinity, decay: 0.999 },
] as const;
/** Slots before the trailing year that only warm the average up. */
const WARM_UP_SLOTS = 720;
const START_SLOTS = 168;
const LONGEST_HORIZON = 168;
const MIN_VARIANCE = 1e-12;

/**
 * The baseline `ewma_gk_seas`: volatility is an exponentially weighted mean of the Garman-Klass variance of each slot,
 * freed of its hour-of-week season; the season of the future interval is multiplied back. The shape is that of the
 * trailing year's returns, standardised the same way. A pure function of the 18,240 slots up to the origin.
 *
 * @param series        prepared series; a missing slot leaves the average as it was
 * @param origin        close time of the last visible candle, ms UTC
 * @param horizonsHours shape [H], each at most 168
 * @param levels        ascending levels, shape [L]
 * @returns log-return quantiles, shape [H][L], ascending in L
 * @throws InsufficientHistoryError if fewer than 500 returns of a horizon exist in the year
 * @see Garman & Klass (1980), On the Estimation of Security Price Volatilities from Historical Data, J. Business 53(1);
 *   J. P. Morgan (1996), RiskMetrics Technical Document
 */
export function ewmaGkSeasonalAt(
  series: FeatureSeries,
  origin: number,
  horizonsHours: readonly number[],
  levels: readonly number[],
): number[][] {
  const season = seasonAt(series, origin);
  const stop = slotIndex(series.window, origin);
  const slots = YEAR_SLOTS + LONGEST_HORIZON + WARM_UP_SLOTS;
  const hoursOfSlots = hoursOfWeek(origin, slots);
  const variances = hoursOfSlots.reduce((values, hour, i) => {
    values[i] = (series.variance[stop - slots + i] ?? NaN) / (season[hour]! * season[hour]!);
    return values;
  }, new Float64Array(slots));
  return horizonsHours.map((hours) => {
    const { decay } = DECAYS.find(({ upToHours }) => hours <= upToHours)!; // the last one takes all
    const ahead = seasonAhead(season, hours).map((factor) => factor * Math.sqrt(hours));
    const scales = ewmaVolatility(variances, decay).map(
      (volatility, i) => volatility * ahead[(hoursOfSlots[i]! + 1) % WEEK_HOURS]!,
    );
    const close = closesBefore(series.window.close, stop, slots);
    const shape = trailingReturns(close, hours, (slot) => scales[slot]!);
    return empiricalQuantiles(shape, levels).map((quantile) => quantile * scales[slots - 1]!);
  });
}

/** Closes of the `slots` slots before `stop`; NaN before the start of the array. */
function closesBefore(close: Float64Array, stop: number, slots: number): Float64Array {
  if (stop >= slots) return close.subarray(stop - slots, stop);
  const padded = new Float64Array(slots).fill(NaN);
  padded.set(close.subarray(0, stop), slots - stop);
  return padded;
}

/** Deseasonalised volatility per hour as known at the close of each slot. */
function ewmaVolatility(variances: Float64Array, decay: number): Float64Array {
  let variance = Math.max(MIN_VARIANCE, meanPresent(variances));
  return variances.map((value) => {
    if (!Number.isNaN(value)) variance = decay * variance + (1 - decay) * value;
    return Math.sqrt(Math.max(MIN_VARIANCE, variance));
  });
}

/** Mean of the first week that is there; 0 when nothing is. */
function meanPresent(variances: Float64Array): number {
  let sum = 0;
  let present = 0;
  for (let i = 0; i < variances.length && present < START_SLOTS; i++) {
    if (Number.isNaN(variances[i])) continue;
    sum += variances[i]!;
    present++;
  }
  return present === 0 ? 0 : sum / present;
}
