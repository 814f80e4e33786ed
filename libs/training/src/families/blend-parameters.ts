import { FEATURE_NAMES } from '@btcforecast/timeseries';

/** Features that the shape of the distribution follows: where the price came from, near and far. */
export const TILT_FEATURES = [
  'return_1h',
  'return_4h',
  'return_24h',
  'return_168h',
  'negative_return_24h',
  'negative_return_168h',
] as const;
/** Their places among the features. */
export const TILT_INDEXES: readonly number[] = TILT_FEATURES.map((name) => FEATURE_NAMES.indexOf(name));

/**
 * The weights of the blend, by horizon. They were chosen by walking forward year by year on the candles of Bitcoin from
 * mid 2020 and of Ether from mid 2021 to mid 2024, two of them with the year after in view (docs/accuracy.md), and are
 * not fitted again: in a single year the best ones are mostly luck.
 */
export interface BlendDesign {
  readonly hours: number;
  /** Whether the hour of the day enters the scale: beyond a day it says nothing. */
  readonly hasHourEffects: boolean;
  /** Weight of the quantile regression against the empirical shape, 0 to 1. */
  readonly tiltWeight: number;
  /**
   * Share of the drift that is taken out of the empirical shape and of the trailing year's quantiles: the mean of a
   * year of returns is mostly noise, and over a week it is large enough to hurt.
   */
  readonly driftShrink: number;
  /** Weight of the trailing year's own quantiles, 0 to 1. */
  readonly referenceWeight: number;
  /** Weight of the rolling recalibration outside the graph, 0 to 1. */
  readonly correctionWeight: number;
}

export const BLEND_DESIGN: readonly BlendDesign[] = [
  {
    hours: 1,
    hasHourEffects: true,
    tiltWeight: 0.5,
    driftShrink: 0,
    referenceWeight: 0,
    correctionWeight: 0.5,
  },
  {
    hours: 4,
    hasHourEffects: true,
    tiltWeight: 0.5,
    driftShrink: 0,
    referenceWeight: 0.1,
    correctionWeight: 0.5,
  },
  {
    hours: 24,
    hasHourEffects: false,
    tiltWeight: 0.5,
    driftShrink: 0.5,
    referenceWeight: 0.1,
    correctionWeight: 0.15,
  },
  {
    hours: 168,
    hasHourEffects: false,
    tiltWeight: 0,
    driftShrink: 0.5,
    referenceWeight: 0.9,
    correctionWeight: 0,
  },
];

/** Sixty days of hourly hindcasts: shorter spans are noisy, longer ones gain nothing more. */
export const BLEND_CORRECTION_SPAN_HOURS = 1_440;
/** Fifteen days; with fewer outcomes their quantiles are worth less than the fitted shape. */
export const BLEND_CORRECTION_MIN_OUTCOMES = 360;

/**
 * All that a fitted blend consists of. With x the standardised, clipped features and t those of TILT_FEATURES:
 *
 * s = seasonScale · exp(constant + x·β + hourEffect[hour of the day])
 * z τ = (1 − tiltWeight) · shape τ + tiltWeight · (tilt.constant τ + t·tilt.coefficients τ)
 * quantile τ = (1 − referenceWeight) · s · z τ + referenceWeight · reference τ, its drift shrunk, put in order.
 *
 * F features, H horizons, L levels, T tilt features.
 */
export interface BlendParameters {
  /** Mean of each feature over the fitted origins, shape [F]. */
  readonly means: readonly number[];
  /** Standard deviation of each feature, shape [F]; 1 for one that never moved. */
  readonly deviations: readonly number[];
  /** By horizon, shape [H]. */
  readonly horizons: readonly BlendHorizon[];
}

export interface BlendHorizon {
  readonly hours: number;
  readonly constant: number;
  /** β, shape [F]. */
  readonly coefficients: readonly number[];
  /** On the log scale, by UTC hour of the origin, shape [24]; zeros beyond a day. */
  readonly hourEffects: readonly number[];
  /** Empirical quantiles of return / s, its drift shrunk, shape [L], ascending. */
  readonly shape: readonly number[];
  /** Quantile regression of return / s; zeros where its weight is 0. */
  readonly tilt: BlendTilt;
  readonly tiltWeight: number;
  /** Root mean square of return / s: turns s into a standard deviation. */
  readonly spread: number;
  readonly driftShrink: number;
  readonly referenceWeight: number;
}

export interface BlendTilt {
  /** Shape [L]. */
  readonly constants: readonly number[];
  /** Of the standardised, clipped tilt features, shape [L][T]. */
  readonly coefficients: readonly (readonly number[])[];
}
