import type { ForecastEntity, ForecastScoreEntity } from '@btcforecast/database';
import { canonicalJson, type ForecastBody, type OutcomeBody } from '@btcforecast/track-record';

/**
 * Canonical body of a forecast's entry.
 *
 * @param unproven it enters at or after its target
 */
export function forecastBody(row: ForecastEntity, unproven: boolean): string {
  const body: ForecastBody = {
    feed: row.feed,
    source: row.source,
    instrument: row.instrument,
    venue: row.venue,
    origin: row.originAt.toISOString(),
    horizonHours: row.horizonHours,
    target: row.targetAt.toISOString(),
    model: `${row.modelName}@${row.modelVersion}`,
    role: row.role,
    canonical: row.canonical,
    price: row.price,
    quantiles: row.logReturnQuantiles,
    probabilityUp: row.probabilityUp,
    volatility: row.volatility,
    baselines: row.baselines,
    issuedAt: row.issuedAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
    timeliness: row.timeliness,
    inSample: row.inSample,
  };
  return canonicalJson(unproven ? { ...body, unproven: true } : body);
}

/** Canonical body of the entry of what became of a forecast. */
export function outcomeBody(row: ForecastScoreEntity): string {
  const times = { maturedAt: row.maturedAt.toISOString(), scoredAt: row.scoredAt.toISOString() };
  if (row.state === 'void') return canonicalJson({ state: 'void', ...times } satisfies OutcomeBody);
  const body = {
    state: 'matured',
    close: there(row.outcomeClose),
    logReturn: there(row.logReturn),
    pinball: there(row.pinball),
    crps: there(row.crps),
    pit: there(row.pit),
    covered50: there(row.covered50),
    covered80: there(row.covered80),
    covered90: there(row.covered90),
    directionHit: row.directionHit,
    baselinePinball: row.baselinePinball,
    ...times,
  } satisfies OutcomeBody;
  return canonicalJson(body);
}

/** The table has a check that a matured forecast has all of them. */
function there<T>(value: T | null): T {
  if (value === null) throw new RangeError('a matured forecast lacks one of its scores');
  return value;
}
