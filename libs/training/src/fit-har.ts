import {
  empiricalQuantiles,
  FEATURE_NAMES,
  HOUR_MS,
  InsufficientHistoryError,
} from '@btcforecast/timeseries';
import { logScale, standardise } from './evaluate-har.js';
import { fitScale } from './fit-scale.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS, type HarHorizon, type HarParameters } from './har-parameters.js';
import { rowsBetween, type RowRange, type TrainingRows } from './training-rows.js';

/** Penalty on the squared coefficients. Between 0.0001 and 0.01 the loss moves in the fourth digit only. */
export const RIDGE = 0.01;
/** Three months of origins: fewer do not carry the coefficients. */
export const MIN_FIT_ROWS = 2_160;
const YEAR_MS = 365 * 24 * HOUR_MS;

const F = FEATURE_NAMES.length;
const H = HAR_HORIZONS_HOURS.length;

/** A fitted model and the number of origins behind each horizon, shape [H]. */
export interface HarFit {
  readonly parameters: HarParameters;
  readonly rows: readonly number[];
}

export type Moments = Pick<HarParameters, 'means' | 'deviations'>;

/**
 * Fits the HAR scale model to absolute returns, all horizons, with reference weights of 0.
 *
 * The shape of the standardised return is the mean of its empirical quantiles over all fitted origins and over the
 * last year of them: the year keeps the calibration up to date, the whole steadies the tails.
 *
 * @param rows  from trainingRows
 * @param from  first origin, ms
 * @param until last instant that a target may close at, ms: no later outcome is read
 * @throws InsufficientHistoryError if a horizon has fewer than 2,160 origins with an outcome
 */
export function fitHar(rows: TrainingRows, from: number, until: number): HarFit {
  const range = rowsBetween(rows, from, until);
  const standard = moments(rows.features, range);
  const fits = HAR_HORIZONS_HOURS.map((_hours, h) => {
    const chosen = rowsWithOutcome(rows, range, h, until);
    return { count: chosen.length, horizon: fitHorizon(rows, chosen, standard, h) };
  });
  return {
    parameters: { ...standard, horizons: fits.map(({ horizon }) => horizon) },
    rows: fits.map(({ count }) => count),
  };
}

/**
 * Positions of the rows in a range whose target closes by `until`.
 *
 * @throws InsufficientHistoryError if there are fewer than 2,160
 */
export function rowsWithOutcome(rows: TrainingRows, range: RowRange, h: number, until: number): number[] {
  const chosen: number[] = [];
  const lastOrigin = until - HAR_HORIZONS_HOURS[h]! * HOUR_MS;
  for (let row = range.start; row < range.stop && rows.origins[row]! <= lastOrigin; row++) {
    if (!Number.isNaN(rows.returns[row * H + h])) chosen.push(row);
  }
  if (chosen.length < MIN_FIT_ROWS) {
    throw new InsufficientHistoryError(
      `only ${chosen.length} origins have an outcome after ${HAR_HORIZONS_HOURS[h]} h; ` +
        `training needs ${MIN_FIT_ROWS}, which lie behind some 180 days of hourly candles`,
    );
  }
  return chosen;
}

function fitHorizon(rows: TrainingRows, chosen: readonly number[], standard: Moments, h: number): HarHorizon {
  const inputs = new Float64Array(chosen.length * (F + 1));
  const standardised = chosen.map((row, i) => {
    const x = standardise(standard, rows.features.subarray(row * F, (row + 1) * F));
    inputs[i * (F + 1)] = 1;
    inputs.set(x, i * (F + 1) + 1);
    return x;
  });
  const relative = Float64Array.from(chosen, (row) => rows.returns[row * H + h]! / rows.scales[row * H + h]!);
  const [constant, ...coefficients] = fitScale({ inputs, magnitudes: relative.map(Math.abs) }, RIDGE);
  const linear = { constant: constant!, coefficients };
  const residuals = relative.map((value, i) => value / Math.exp(logScale(linear, standardised[i]!)));
  const yearAgo = rows.origins[chosen.at(-1)!]! - YEAR_MS;
  const lastYear = residuals.filter((_, i) => rows.origins[chosen[i]!]! > yearAgo);
  return {
    hours: HAR_HORIZONS_HOURS[h]!,
    ...linear,
    spread: Math.sqrt(residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length),
    shape: meanOf(empiricalQuantiles(residuals, HAR_LEVELS), empiricalQuantiles(lastYear, HAR_LEVELS)),
    referenceWeight: 0,
  };
}

/** Mean and standard deviation of each feature over a range of rows; the deviation of one that never moved is 1. */
export function moments(features: Float64Array, { start, stop }: RowRange): Moments {
  const count = Math.max(1, stop - start);
  const column = (i: number, valueOf: (value: number) => number): number => {
    let sum = 0;
    for (let row = start; row < stop; row++) sum += valueOf(features[row * F + i]!);
    return sum / count;
  };
  const means = FEATURE_NAMES.map((_name, i) => column(i, (value) => value));
  const deviations = means.map((mean, i) => Math.sqrt(column(i, (value) => (value - mean) ** 2)) || 1);
  return { means, deviations };
}

function meanOf(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => (value + b[i]!) / 2);
}
