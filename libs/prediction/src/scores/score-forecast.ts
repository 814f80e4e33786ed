import { QUANTILE_LEVELS } from '@btcforecast/contracts';
import { scoreOutcome } from '@btcforecast/timeseries';
import type { NewScore, UnscoredForecast } from './score.repository.js';

/**
 * Scores one forecast against what happened.
 *
 * @param forecast quantiles of the log return at QUANTILE_LEVELS, of the model and of each baseline
 * @param close    first final close at the target, price in the quote currency, > 0
 * @returns losses of the log return ln(close / price), dimensionless, means over the levels; `pit` in [0, 1];
 *   `directionHit` null on a tie; `maturedAt` is the target
 */
export function scoreForecast(forecast: UnscoredForecast, close: number): NewScore {
  const { price, logReturnQuantiles: quantiles, probabilityUp, baselines } = forecast;
  return {
    forecastId: forecast.id,
    state: 'matured',
    outcomeClose: close,
    ...scoreOutcome({ price, levels: QUANTILE_LEVELS, quantiles, probabilityUp, baselines }, close),
    maturedAt: forecast.targetAt,
  };
}

/** The score of a forecast that nobody can score: its target candle never came. */
export function voidScore(forecastId: string, at: number): NewScore {
  return {
    forecastId,
    state: 'void',
    outcomeClose: null,
    logReturn: null,
    pinball: null,
    crps: null,
    pit: null,
    covered50: null,
    covered80: null,
    covered90: null,
    directionHit: null,
    baselinePinball: {},
    maturedAt: new Date(at),
  };
}
