import { barVariance } from './bar-variance.js';
import { slotIndex, type HourlyWindow } from './hourly-window.js';
import { relativeVolatility, seasonInstant, weekSeason } from './week-season.js';

/** Per-slot values derived once from a series, shared by all of its origins. Made by featureSeries. */
export interface FeatureSeries {
  readonly window: HourlyWindow;
  /** Variance of the log price over each slot, see barVariance. */
  readonly variance: Float64Array;
  /** Volatility relative to its surroundings, see relativeVolatility. */
  readonly relative: Float64Array;
  /** Season by its instant, ms; filled as origins ask. */
  readonly seasons: Map<number, Float64Array>;
}

/** Prepares a window, or any longer series, for harStateAt and the seasonal baselines. Cost O(168 n). */
export function featureSeries(window: HourlyWindow): FeatureSeries {
  const variance = barVariance(window);
  return { window, variance, relative: relativeVolatility(variance), seasons: new Map() };
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
