import { crpsFromQuantiles } from './crps.js';
import { directionHit, intervalCovers } from './interval-coverage.js';
import { meanPinball } from './pinball-loss.js';
import { cdfAt } from './quantile-curve.js';

/** What a forecast said: quantiles of the log return at `levels`, the model's and each baseline's. */
export interface ScorableForecast {
  /** Close at the origin, quote currency, > 0. */
  readonly price: number;
  /** Ascending, each in (0, 1), shape [L]; holds the ends of the 50, 80 and 90 % intervals. */
  readonly levels: readonly number[];
  /** Shape [L], non-decreasing. */
  readonly quantiles: readonly number[];
  readonly probabilityUp: number;
  /** By name, shape [L] each. */
  readonly baselines: Readonly<Record<string, readonly number[]>>;
}

/** Losses of the log return, dimensionless; pinball is the mean over the levels. */
export interface OutcomeScores {
  readonly logReturn: number;
  readonly pinball: number;
  readonly crps: number;
  /** In [0, 1]. */
  readonly pit: number;
  readonly covered50: boolean;
  readonly covered80: boolean;
  readonly covered90: boolean;
  /** Null on a tie. */
  readonly directionHit: boolean | null;
  readonly baselinePinball: Readonly<Record<string, number>>;
}

/**
 * Scores one forecast against what happened.
 *
 * @param close first final close at the target, quote currency, > 0
 * @returns NaN scores if an input is NaN
 * @throws RangeError if a list of quantiles does not fit the levels, or these lack an interval
 */
export function scoreOutcome(forecast: ScorableForecast, close: number): OutcomeScores {
  const { price, levels, quantiles, probabilityUp, baselines } = forecast;
  const logReturn = Math.log(close / price);
  const covers = (share: number) => intervalCovers(logReturn, quantiles, levels, share);
  return {
    logReturn,
    pinball: meanPinball(logReturn, quantiles, levels),
    crps: crpsFromQuantiles(logReturn, quantiles, levels),
    pit: cdfAt({ levels, quantiles }, logReturn),
    covered50: covers(0.5),
    covered80: covers(0.8),
    covered90: covers(0.9),
    directionHit: directionHit(probabilityUp, logReturn),
    baselinePinball: Object.fromEntries(
      Object.entries(baselines).map(([name, values]) => [name, meanPinball(logReturn, values, levels)]),
    ),
  };
}
