import type { MarketFeed } from '@btcforecast/candle-reader';
import { HOUR_MS } from '@btcforecast/timeseries';
import type { ModelManifest } from '@btcforecast/training';
import type { Runtime } from '../models/runtime.js';
import { forecastId } from './forecast-id.js';
import type { MadeForecast } from './forecast-maker.service.js';
import type { NewForecast } from './new-forecast.js';
import { timelinessOf } from './timeliness.js';

export interface IssueFacts {
  readonly market: MarketFeed;
  /** Whose forecast it is. */
  readonly manifest: ModelManifest;
  readonly role: NewForecast['role'];
  /** Event time, ms. */
  readonly now: number;
  readonly region: string;
  readonly runtime: Runtime;
}

/**
 * A made forecast as it is stored. The time of issue is never before the origin: a clock estimate may lag behind a
 * candle that has closed already.
 */
export function issuedRow(made: MadeForecast, facts: IssueFacts): NewForecast {
  const { origin, horizonHours, features } = made;
  const { instrument, venue, feed, source } = facts.market;
  const { name: modelName, version: modelVersion, trainingSpan } = facts.manifest;
  const issuedAt = Math.max(facts.now, origin);
  return {
    id: forecastId({ instrument, venue, originAt: origin, horizonHours, modelName, modelVersion, features }),
    feed,
    source,
    instrument,
    venue,
    originAt: new Date(origin),
    horizonHours,
    targetAt: new Date(origin + horizonHours * HOUR_MS),
    modelName,
    modelVersion,
    price: made.price,
    logReturnQuantiles: [...made.quantiles],
    probabilityUp: made.probabilityUp,
    volatility: made.volatility,
    features: [...features],
    baselines: { ...made.baselines } as Record<string, number[]>,
    issuedAt: new Date(issuedAt),
    timeliness: timelinessOf(issuedAt, origin, horizonHours),
    inSample: origin <= Date.parse(trainingSpan.to),
    role: facts.role,
    region: facts.region,
    runtime: { ...facts.runtime },
  };
}
