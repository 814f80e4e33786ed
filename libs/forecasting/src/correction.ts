import type { ModelManifest } from '@btcforecast/training';
import { rollingRecalibration } from './rolling-recalibration.js';

/** What the graph says of one horizon at one origin. */
export interface RawHorizon {
  /** Log-return quantiles, ascending, shape [L]. */
  readonly quantiles: readonly number[];
  /** Standard deviation of the log return, > 0. */
  readonly sigma: number;
}

/** What the graph would have said at an earlier origin, and what came of it. */
export interface Hindcast extends RawHorizon {
  /** ms; its target closed by the origin that is being corrected. */
  readonly origin: number;
  /** Log return from it to its target. */
  readonly outcome: number;
}

/** How one horizon is corrected: two pure functions. */
export interface HorizonCorrection {
  /**
   * What the hindcasts say, as few finite numbers as possible: they are all that the correction knows at an origin, and
   * become part of the record of the forecast.
   *
   * @param hindcasts in the order of time; those without a candle or an outcome are left out
   */
  stateOf(hindcasts: readonly Hindcast[]): readonly number[];
  /** Corrected log-return quantiles, shape [L]; they need not ascend. */
  correct(raw: RawHorizon, state: readonly number[]): readonly number[];
}

export interface Correction {
  /** For a horizon of h hours the hindcasts are those at the last `spanHours` full hours up to h before the origin. */
  readonly spanHours: number;
  /** Shape [H]; null leaves the graph's answer as it is. */
  readonly horizons: readonly (HorizonCorrection | null)[];
}

/** The correction that a manifest asks for; none where it asks for none. */
export function correctionOf({ correction, horizonsHours, levels }: ModelManifest): Correction {
  if (!correction) return { spanHours: 0, horizons: horizonsHours.map(() => null) };
  const weights = horizonsHours.map((_, h) => correction.weights[h] ?? 0);
  return {
    spanHours: correction.spanHours,
    horizons: weights.map((weight) =>
      weight > 0 ? rollingRecalibration({ weight, minOutcomes: correction.minOutcomes, levels }) : null,
    ),
  };
}
