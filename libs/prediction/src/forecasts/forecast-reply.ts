import {
  horizonOfHours,
  QUANTILE_KEYS,
  QUANTILE_LEVELS,
  type ForecastReply,
  type LatestForecastReply,
  type LevelQuantile,
  type ScoredForecastReply,
  type Standing,
} from '@btcforecast/contracts';
import type { ForecastScoreEntity } from '@btcforecast/database';
import { partOfLevel, quantileAt, type QuantileCurve } from '@btcforecast/timeseries';
import type { ShownForecast } from './forecast.repository.js';

/** Scores are stored as means of log-return losses and shown times this. */
export const SCORE_SCALE = 10_000;

/** The wire form of a stored forecast: quantiles of the log return become prices, price · exp(q). */
export function forecastReply(row: ShownForecast): ForecastReply {
  const { price } = row;
  const prices = row.logReturnQuantiles.map((logReturn) => price * Math.exp(logReturn));
  const quantiles = Object.fromEntries(QUANTILE_KEYS.map((key, i) => [key, prices[i]]));
  return {
    id: row.id,
    instrument: row.instrument,
    horizon: horizonOfHours(row.horizonHours),
    origin: row.originAt.toISOString(),
    target: row.targetAt.toISOString(),
    price,
    quantiles: quantiles as ForecastReply['quantiles'],
    probabilityUp: row.probabilityUp,
    volatility: row.volatility,
    model: { name: row.modelName, version: row.modelVersion },
    venue: row.venue,
    source: row.source,
    issuedAt: row.issuedAt.toISOString(),
    timeliness: row.timeliness,
    inSample: row.inSample,
    canonical: row.canonical,
  };
}

/** As {@link forecastReply}, with what such forecasts have been worth and the further levels asked for. */
export function latestForecastReply(
  row: ShownForecast,
  standing: Standing,
  levels: readonly number[] | undefined,
): LatestForecastReply {
  const reply = { ...forecastReply(row), standing };
  return levels ? { ...reply, levels: levels.map((level) => levelQuantile(row, level)) } : reply;
}

/** The distribution that a stored forecast stands for: of the log return from its origin to its target. */
export function curveOf({ logReturnQuantiles }: ShownForecast): QuantileCurve {
  return { levels: QUANTILE_LEVELS, quantiles: logReturnQuantiles };
}

function levelQuantile(row: ShownForecast, level: number): LevelQuantile {
  const curve = curveOf(row);
  return {
    level,
    price: row.price * Math.exp(quantileAt(curve, level)),
    from: partOfLevel(curve, level),
  };
}

/** As {@link forecastReply}, with what became of it; `outcome` is null while it has no score. */
export function scoredForecastReply(
  row: ShownForecast,
  score: ForecastScoreEntity | undefined,
): ScoredForecastReply {
  return { ...forecastReply(row), outcome: score ? outcomeReply(score) : null };
}

function outcomeReply(score: ForecastScoreEntity): NonNullable<ScoredForecastReply['outcome']> {
  const matured = score.state === 'matured';
  return {
    state: score.state,
    close: score.outcomeClose,
    logReturn: score.logReturn,
    pinball: scaled(score.pinball),
    crps: scaled(score.crps),
    covered: matured
      ? { '50': score.covered50 === true, '80': score.covered80 === true, '90': score.covered90 === true }
      : null,
    directionHit: score.directionHit,
  };
}

function scaled(loss: number | null): number | null {
  return loss === null ? null : loss * SCORE_SCALE;
}
