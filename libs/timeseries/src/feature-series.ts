import { barVariance } from './bar-variance.js';
import { slotIndex, YEAR_SLOTS, type HourlyWindow } from './hourly-window.js';
import { movingSums } from './moving-sums.js';
import { relativeVolatility, seasonInstant, weekSeason } from './week-season.js';

/** As many years are summed in the time of one. */
const NEIGHBOURS = 4;

/** Per-slot values derived once from a series, shared by all of its origins. Made by featureSeries. */
export interface FeatureSeries {
  readonly window: HourlyWindow;
  /** Variance of the log price over each slot, see barVariance. */
  readonly variance: Float64Array;
  /** Volatility relative to its surroundings, see relativeVolatility. */
  readonly relative: Float64Array;
  /** Season by its instant, ms; filled as origins ask. */
  readonly seasons: Map<number, Float64Array>;
  /** Mean variance per slot over the year before each, see yearVarianceAt; NaN until an origin asks. */
  readonly yearVariance: Float64Array;
}

/** Prepares a window, or any longer series, for harStateAt and the seasonal baselines. Cost O(168 n). */
export function featureSeries(window: HourlyWindow): FeatureSeries {
  const variance = barVariance(window);
  return {
    window,
    variance,
    relative: relativeVolatility(variance),
    seasons: new Map(),
    yearVariance: new Float64Array(variance.length + 1).fill(NaN),
  };
}

/**
 * Mean variance of the slots that are present among the 8,760 before index `stop`; NaN if none is. Taken for the
 * neighbours at once, who mostly ask next.
 */
export function yearVarianceAt({ variance, yearVariance }: FeatureSeries, stop: number): number {
  if (!Number.isNaN(yearVariance[stop])) return yearVariance[stop]!;
  const first = stop - (stop % NEIGHBOURS);
  const count = Math.min(NEIGHBOURS, yearVariance.length - first);
  const { sums, present } = movingSums(variance, YEAR_SLOTS, first, count);
  for (let k = 0; k < count; k++) yearVariance[first + k] = sums[k]! / present[k]!;
  return yearVariance[stop]!;
}

/** Season of volatility by hour of the week, as of the last UTC midnight at or before an origin; see weekSeason. */
export function seasonAt(series: FeatureSeries, origin: number): Float64Array {
  const instant = seasonInstant(origin);
  const known = series.seasons.get(instant);
  if (known) return known;
  const season = weekSeason(series.relative, slotIndex(series.window, instant), instant);
  series.seasons.set(instant, season);
  return season;
}
