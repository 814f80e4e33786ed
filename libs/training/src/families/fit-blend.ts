import { DAY_MS, empiricalQuantiles, FEATURE_NAMES, HOUR_MS } from '@btcforecast/timeseries';
import { standardise } from '../evaluate-har.js';
import { moments, rowsWithOutcome, type Moments } from '../fit-har.js';
import { fitScale } from '../fit-scale.js';
import { HAR_HORIZONS_HOURS, HAR_LEVELS } from '../har-parameters.js';
import { rowsBetween, type TrainingRows } from '../training-rows.js';
import {
  BLEND_DESIGN,
  TILT_INDEXES,
  type BlendDesign,
  type BlendHorizon,
  type BlendParameters,
  type BlendTilt,
} from './blend-parameters.js';
import { fitQuantile } from './fit-quantile.js';
import { shrinkDrift } from './shrink-drift.js';

/** Penalty on the squared coefficients of the scale. Ten times as much as a single year would want: it holds better. */
export const BLEND_RIDGE = 0.1;
/** Penalty on the squared coefficients of the quantile regression. */
export const BLEND_TILT_RIDGE = 0.01;
/**
 * An hour's indicator is this, not 1, where it enters the regression: one over the standard deviation of an event of
 * one in 24, so that the penalty weighs on the hours as on the standardised features.
 */
const HOUR_INDICATOR = 5;
const HOURS_A_DAY = 24;
const YEAR_MS = 365 * DAY_MS;

const F = FEATURE_NAMES.length;
const H = HAR_HORIZONS_HOURS.length;

/** A fitted model and the number of origins behind each horizon, shape [H]. */
export interface BlendFit {
  readonly parameters: BlendParameters;
  readonly rows: readonly number[];
}

/**
 * Fits the blend to absolute returns (its scale) and to standardised ones (its shape), all horizons.
 *
 * The empirical shape is the mean of the quantiles over all fitted origins and over the last year of them: the year
 * keeps the calibration up to date, the whole steadies the tails.
 *
 * @param rows  from trainingRows or pooledRows
 * @param from  first origin, ms
 * @param until last instant that a target may close at, ms: no later outcome is read
 * @throws InsufficientHistoryError if a horizon has fewer than 2,160 origins with an outcome
 */
export function fitBlend(
  rows: TrainingRows,
  from: number,
  until: number,
  onProgress: (share: number) => void = () => {},
): BlendFit {
  const range = rowsBetween(rows, from, until);
  const standard = moments(rows.features, range);
  const fits = BLEND_DESIGN.map((design, h) => {
    onProgress(h / H);
    const chosen = rowsWithOutcome(rows, range, h, until);
    return { count: chosen.length, horizon: fitHorizon(design, sampleOf(rows, chosen, standard, h)) };
  });
  return {
    parameters: { ...standard, horizons: fits.map(({ horizon }) => horizon) },
    rows: fits.map(({ count }) => count),
  };
}

/** The chosen rows of one horizon. */
interface Sample {
  readonly origins: readonly number[];
  /** Standardised, clipped features, shape [n][F]. */
  readonly standardised: readonly Float64Array[];
  /** Return over the season scale, shape [n]. */
  readonly relative: Float64Array;
}

function sampleOf(rows: TrainingRows, chosen: readonly number[], standard: Moments, h: number): Sample {
  return {
    origins: chosen.map((row) => rows.origins[row]!),
    standardised: chosen.map((row) => standardise(standard, rows.features.subarray(row * F, (row + 1) * F))),
    relative: Float64Array.from(chosen, (row) => rows.returns[row * H + h]! / rows.scales[row * H + h]!),
  };
}

function fitHorizon(design: BlendDesign, sample: Sample): BlendHorizon {
  const { hours, hasHourEffects, tiltWeight, driftShrink, referenceWeight } = design;
  const inputs = scaleInputs(sample, hasHourEffects);
  const beta = fitScale({ inputs, magnitudes: sample.relative.map(Math.abs) }, BLEND_RIDGE);
  const residuals = sample.relative.map(
    (value, i) => value / Math.exp(linear(inputs, i * beta.length, beta)),
  );
  const shape = shrinkDrift(empiricalShape(residuals, sample.origins), driftShrink);
  return {
    hours,
    constant: beta[0]!,
    coefficients: [...beta.subarray(1, F + 1)],
    hourEffects: Array.from({ length: HOURS_A_DAY }, (_, hour) => HOUR_INDICATOR * (beta[F + 1 + hour] ?? 0)),
    shape,
    tilt: tiltWeight > 0 ? fitTilt(sample, residuals, shape) : flatTilt(),
    tiltWeight,
    spread: Math.sqrt(residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length),
    driftShrink,
    referenceWeight,
  };
}

function scaleInputs({ origins, standardised }: Sample, hasHourEffects: boolean): Float64Array {
  const width = 1 + F + (hasHourEffects ? HOURS_A_DAY : 0);
  const inputs = new Float64Array(origins.length * width);
  for (const [i, x] of standardised.entries()) {
    inputs[i * width] = 1;
    inputs.set(x, i * width + 1);
    if (hasHourEffects) inputs[i * width + 1 + F + (origins[i]! % DAY_MS) / HOUR_MS] = HOUR_INDICATOR;
  }
  return inputs;
}

function empiricalShape(residuals: Float64Array, origins: readonly number[]): number[] {
  const yearAgo = origins.at(-1)! - YEAR_MS;
  const whole = empiricalQuantiles(residuals.slice(), HAR_LEVELS);
  const lastYear = empiricalQuantiles(
    residuals.filter((_, i) => origins[i]! > yearAgo),
    HAR_LEVELS,
  );
  return whole.map((value, l) => (value + lastYear[l]!) / 2);
}

function fitTilt({ standardised }: Sample, residuals: Float64Array, shape: readonly number[]): BlendTilt {
  const width = 1 + TILT_INDEXES.length;
  const inputs = new Float64Array(residuals.length * width);
  for (const [i, x] of standardised.entries()) {
    inputs[i * width] = 1;
    for (const [k, index] of TILT_INDEXES.entries()) inputs[i * width + 1 + k] = x[index]!;
  }
  const fits = HAR_LEVELS.map((level, l) =>
    fitQuantile(
      { inputs, values: residuals },
      { level, ridge: BLEND_TILT_RIDGE, start: [shape[l]!, ...TILT_INDEXES.map(() => 0)] },
    ),
  );
  return { constants: fits.map((fit) => fit[0]!), coefficients: fits.map((fit) => [...fit.subarray(1)]) };
}

function flatTilt(): BlendTilt {
  return {
    constants: HAR_LEVELS.map(() => 0),
    coefficients: HAR_LEVELS.map(() => TILT_INDEXES.map(() => 0)),
  };
}

function linear(inputs: Float64Array, start: number, beta: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < beta.length; i++) sum += inputs[start + i]! * beta[i]!;
  return sum;
}
