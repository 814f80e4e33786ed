import { HOUR_MS } from './candle.js';
import { empiricalQuantiles } from './empirical-quantiles.js';
import type { FeatureSeries } from './feature-series.js';
import { garchNextVariances, type GarchParameters } from './garch-fit.js';
import { slotIndex, YEAR_SLOTS } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { rememberedFit, startOfMonth } from './monthly-garch.js';
import { hoursOfWeek } from './season-slots.js';
import { WEEK_HOURS, weekSeason } from './week-season.js';

/**
 * The season as of the first of the month is estimated on 102 weeks: on the last of the month the oldest slot of them
 * still lies inside the window.
 */
const SEASON_SLOTS = 102 * WEEK_HOURS;
const MIN_RETURNS = 500;
/** Beyond some thousand paths the noise of the simulation costs less than a thousandth of the loss. */
const PATHS = 4_000;

/**
 * The baseline `garch_fhs_seas`: GARCH(1,1) on hourly returns freed of their hour-of-week season, and filtered
 * historical simulation: the standardised residuals of the trailing year are drawn hour by hour, scaled by the variance
 * that they themselves move and by the season of their hour, and added up. Their mean is taken out: last year's rise is
 * no forecast of this week's. Season and parameters are those of the first
 * of the month (UTC) in which the origin lies, from the year before it. The draws follow from the origin alone, so
 * equal windows give equal bits. A pure function of the 18,240 slots up to the origin.
 *
 * @param series        prepared series; gaps are left out of the fit and of the residuals
 * @param origin        close time of the last visible candle, ms UTC
 * @param horizonsHours shape [H]
 * @param levels        ascending levels, shape [L]
 * @returns log-return quantiles, shape [H][L], ascending in L
 * @throws InsufficientHistoryError if fewer than 500 hourly returns lie in the fitted slots and the month before the
 *   origin
 * @see Barone-Adesi, Giannopoulos & Vosper (1999), VaR without Correlations for Portfolios of Derivative Securities,
 *   J. Futures Markets 19(5)
 */
export function garchFhsSeasonalAt(
  series: FeatureSeries,
  origin: number,
  horizonsHours: readonly number[],
  levels: readonly number[],
): number[][] {
  const since = startOfMonth(origin);
  const visible = (origin - since) / HOUR_MS;
  const stop = slotIndex(series.window, origin);
  const season = weekSeason(series.relative, stop - visible, since, SEASON_SLOTS);
  const returns = deseasonalisedReturns(series.window.close, season, origin, {
    stop,
    slots: visible + YEAR_SLOTS,
  });
  const parameters = rememberedFit(sampleOf(returns, visible));
  const variances = garchNextVariances(returns, parameters);
  const simulation: Simulation = {
    residuals: residualsOf(returns, variances),
    variance: variances.at(-1)!,
    parameters,
    seasonAhead: Float64Array.from(hoursAhead(origin), (hour) => season[hour]!),
    seed: origin / HOUR_MS,
  };
  const sums = simulate(simulation, horizonsHours);
  return sums.map((paths) => empiricalQuantiles(paths, levels));
}

/** Hours of the week of the 168 slots from the origin on. */
function hoursAhead(origin: number): Uint8Array {
  return hoursOfWeek(origin + WEEK_HOURS * HOUR_MS, WEEK_HOURS);
}

interface Slots {
  /** Index of the slot that opens at the origin, and how many slots before it. */
  readonly stop: number;
  readonly slots: number;
}

/** Log returns of the slots over the season of their hour; NaN where an end is missing or before the series. */
function deseasonalisedReturns(
  close: Float64Array,
  season: Float64Array,
  origin: number,
  { stop, slots }: Slots,
): Float64Array {
  const hours = hoursOfWeek(origin, slots);
  const returns = new Float64Array(slots);
  for (let i = 0; i < slots; i++) {
    const slot = stop - slots + i;
    returns[i] = Math.log((close[slot] ?? NaN) / (close[slot - 1] ?? NaN)) / season[hours[i]!]!;
  }
  return returns;
}

/** What is fitted: the year before the month, or, where that is too short, all there is. */
function sampleOf(returns: Float64Array, visible: number): Float64Array {
  const present = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));
  const year = present(returns.subarray(0, returns.length - visible));
  const sample = year.length >= MIN_RETURNS ? year : present(returns);
  if (sample.length >= MIN_RETURNS) return sample;
  throw new InsufficientHistoryError(
    `only ${sample.length} hourly returns are there; GARCH needs ${MIN_RETURNS}`,
  );
}

/** Returns of the trailing year in standard deviations, as the model saw them coming, less their mean. */
function residualsOf(returns: Float64Array, nextVariances: Float64Array): Float64Array {
  const first = Math.max(1, returns.length - YEAR_SLOTS);
  const residuals = new Float64Array(returns.length - first);
  let count = 0;
  for (let i = first; i < returns.length; i++) {
    const value = returns[i]! / Math.sqrt(nextVariances[i - 1]!);
    if (!Number.isNaN(value)) residuals[count++] = value;
  }
  const mean = residuals.reduce((sum, value) => sum + value, 0) / count; // beyond the count there are zeros
  return residuals.subarray(0, count).map((value) => value - mean);
}

interface Simulation {
  readonly residuals: Float64Array;
  /** Of the first hour ahead. */
  readonly variance: number;
  readonly parameters: GarchParameters;
  /** Factors of the hours ahead, repeating every week, shape [168]. */
  readonly seasonAhead: Float64Array;
  readonly seed: number;
}

/** Simulated log returns over each horizon, shape [H][PATHS]. */
function simulate(
  { residuals, variance, parameters, seasonAhead, seed }: Simulation,
  horizonsHours: readonly number[],
): Float64Array[] {
  const { longRunVariance, alpha, beta } = parameters;
  const constant = longRunVariance * (1 - alpha - beta);
  const draw = randomIndex(seed, residuals.length);
  const variances = new Float64Array(PATHS).fill(variance);
  const sums = new Float64Array(PATHS);
  const byHorizon = new Map<number, Float64Array>();
  for (let k = 0; k < Math.max(...horizonsHours); k++) {
    const factor = seasonAhead[k % WEEK_HOURS]!;
    for (let path = 0; path < PATHS; path++) {
      const shock = Math.sqrt(variances[path]!) * residuals[draw()]!;
      sums[path]! += shock * factor;
      variances[path] = constant + alpha * shock * shock + beta * variances[path]!;
    }
    if (horizonsHours.includes(k + 1)) byHorizon.set(k + 1, sums.slice());
  }
  return horizonsHours.map((hours) => byHorizon.get(hours)!); // reached by the loop
}

/**
 * Indexes below `size`, evenly spread, from a seed: a counter through a mixing function.
 *
 * @see Steele, Lea & Flood (2014), Fast Splittable Pseudorandom Number Generators, OOPSLA
 */
function randomIndex(seed: number, size: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return Math.floor((((bits ^ (bits >>> 16)) >>> 0) / 4_294_967_296) * size);
  };
}
