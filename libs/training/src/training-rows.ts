import {
  FEATURE_NAMES,
  harStateAt,
  HOUR_MS,
  InsufficientHistoryError,
  slotIndex,
  type FeatureSeries,
} from '@btcforecast/timeseries';
import { HAR_HORIZONS_HOURS } from './har-parameters.js';
import { seasonScales } from './inputs/har-blocks.js';

/** Everything that fitting needs, one row per hourly origin, ascending. n rows, F features, H horizons. */
export interface TrainingRows {
  /** Close time of the last visible candle, ms UTC, shape [n]. */
  readonly origins: readonly number[];
  /** Raw features, row-major, shape [n · F]. */
  readonly features: Float64Array;
  /** Volatility of each horizon before the features have their say, shape [n · H]. */
  readonly scales: Float64Array;
  /** Log return to each horizon's target, shape [n · H]; NaN when the target closes after `until` or is missing. */
  readonly returns: Float64Array;
}

/** Rows [start, stop) of a set, by position. */
export interface RowRange {
  readonly start: number;
  readonly stop: number;
}

/**
 * Rows of all hourly origins in [from, until]. Origins without enough history are left out.
 *
 * @param series prepared series; nothing that closes after `until` is read
 * @param from   first origin, ms
 * @param until  last instant that a target may close at, ms
 */
export function trainingRows(
  series: FeatureSeries,
  from: number,
  until: number,
  onProgress: (share: number) => void = () => {},
): TrainingRows {
  const { close } = series.window;
  const origins: number[] = [];
  const capacity = Math.max(0, Math.floor((until - from) / HOUR_MS) + 1);
  const features = new Float64Array(capacity * FEATURE_NAMES.length);
  const scales = new Float64Array(capacity * HAR_HORIZONS_HOURS.length);
  const returns = new Float64Array(capacity * HAR_HORIZONS_HOURS.length);
  for (let origin = from; origin <= until; origin += HOUR_MS) {
    if (((origin - from) / HOUR_MS) % 1000 === 0) onProgress((origin - from) / (until - from));
    const state = stateOrNull(series, origin);
    if (!state) continue;
    const row = origins.push(origin) - 1;
    features.set(state.features, row * FEATURE_NAMES.length);
    scales.set(seasonScales(state, HAR_HORIZONS_HOURS), row * HAR_HORIZONS_HOURS.length);
    const last = slotIndex(series.window, origin) - 1;
    const visible = slotIndex(series.window, until);
    for (const [h, hours] of HAR_HORIZONS_HOURS.entries()) {
      const target = last + hours;
      returns[row * HAR_HORIZONS_HOURS.length + h] =
        target < visible ? Math.log(close[target]! / close[last]!) : NaN;
    }
  }
  return { origins, features, scales, returns };
}

/** Rows whose origin lies in [from, to). */
export function rowsBetween({ origins }: TrainingRows, from: number, to: number): RowRange {
  const firstAtOrAfter = (instant: number): number => {
    let low = 0;
    let high = origins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (origins[middle]! < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { start: firstAtOrAfter(from), stop: firstAtOrAfter(to) };
}

function stateOrNull(series: FeatureSeries, origin: number) {
  try {
    return harStateAt(series, origin);
  } catch (error) {
    if (error instanceof InsufficientHistoryError) return null;
    throw error;
  }
}
