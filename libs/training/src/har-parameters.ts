/** Horizons of the family, hours, ascending. */
export const HAR_HORIZONS_HOURS = [1, 4, 24, 168] as const;
/** Levels of the quantiles, ascending. */
export const HAR_LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;
/** A standardised feature beyond this many standard deviations counts as this many. */
export const FEATURE_LIMIT = 6;

/**
 * All that a fitted HAR scale model consists of. With x the standardised, clipped features:
 * σ = seasonScale · exp(constant + x·β), quantile τ = (1 - w) · shape τ · σ + w · reference quantile τ.
 * F features, H horizons, L levels.
 */
export interface HarParameters {
  /** Mean of each feature over the fitted origins, shape [F]. */
  readonly means: readonly number[];
  /** Standard deviation of each feature, shape [F]; 1 for one that never moved. */
  readonly deviations: readonly number[];
  /** By horizon, shape [H]. */
  readonly horizons: readonly HarHorizon[];
}

export interface HarHorizon {
  readonly hours: number;
  readonly constant: number;
  /** β, shape [F]. */
  readonly coefficients: readonly number[];
  /** Quantiles of return / σ, shape [L], ascending. */
  readonly shape: readonly number[];
  /** Root mean square of return / σ: turns σ into a standard deviation. */
  readonly spread: number;
  /** w, weight of the trailing year's own quantiles, 0 to 1. */
  readonly referenceWeight: number;
}
