import { QUANTILE_LEVELS } from '@btcforecast/contracts';
import { cdfAt, crpsFromQuantiles, directionHit, intervalCovers, meanPinball } from '@btcforecast/timeseries';
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
  const levels = QUANTILE_LEVELS;
  const quantiles = forecast.logReturnQuantiles;
  const logReturn = Math.log(close / forecast.price);
  const covers = (share: number) => intervalCovers(logReturn, quantiles, levels, share);
  const baselines = Object.entries(forecast.baselines);
  return {
    forecastId: forecast.id,
    state: 'matured',
    outcomeClose: close,
    logReturn,
    pinball: meanPinball(logReturn, quantiles, levels),
    crps: crpsFromQuantiles(logReturn, quantiles, levels),
    pit: cdfAt({ levels, quantiles }, logReturn),
    covered50: covers(0.5),
    covered80: covers(0.8),
    covered90: covers(0.9),
    directionHit: directionHit(forecast.probabilityUp, logReturn),
    baselinePinball: Object.fromEntries(
      baselines.map(([name, values]) => [name, meanPinball(logReturn, values, levels)]),
    ),
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
