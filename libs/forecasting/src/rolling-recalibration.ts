import { empiricalQuantiles } from '@btcforecast/timeseries';
import type { Hindcast, HorizonCorrection } from './correction.js';

export interface RollingRecalibration {
  /** Weight of the shift, 0 to 1. */
  readonly weight: number;
  /** With fewer known outcomes nothing is corrected. */
  readonly minOutcomes: number;
  /** Ascending levels, shape [L]. */
  readonly levels: readonly number[];
}

/**
 * Conformalised quantiles over a rolling span: with errors e τ = (outcome − q τ) / σ of the hindcasts and d τ their
 * empirical τ-quantile, the corrected quantile is q τ + weight · σ · d τ. With the whole weight, and q always d τ
 * short of the mark, each level would have held over the span. For a shape that never changes this mixes it with that
 * of the recent standardised outcomes. The state is d, shape [L]; empty while there are too few outcomes.
 *
 * Quantile by quantile, so it mends a median and tails that went astray as well as widths. A part of the weight is
 * enough: a span of some weeks is noisy itself.
 *
 * @see Romano, Patterson & Candès (2019), Conformalized Quantile Regression, NeurIPS 32
 */
export function rollingRecalibration({
  weight,
  minOutcomes,
  levels,
}: RollingRecalibration): HorizonCorrection {
  return {
    stateOf: (hindcasts) =>
      hindcasts.length < minOutcomes
        ? []
        : levels.map((level, l) => empiricalQuantiles(errorsAt(hindcasts, l), [level])[0]!),
    correct: ({ quantiles, sigma }, shifts) =>
      shifts.length === 0
        ? quantiles
        : quantiles.map((quantile, l) => quantile + weight * sigma * shifts[l]!),
  };
}

function errorsAt(hindcasts: readonly Hindcast[], l: number): Float64Array {
  return Float64Array.from(hindcasts, ({ outcome, quantiles, sigma }) => (outcome - quantiles[l]!) / sigma);
}
