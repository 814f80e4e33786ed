import { horizonOfHours, QUANTILE_KEYS, type WebhookData } from '@btcforecast/contracts';
import { type EventSource, recordedSource } from './event-source.js';

interface ForecastRow {
  id: string;
  source: 'live' | 'replay' | 'demo';
  instrument: string;
  venue: string;
  originAt: Date;
  horizonHours: number;
  targetAt: Date;
  modelName: string;
  modelVersion: number;
  price: number;
  quantiles: number[];
  probabilityUp: number;
  volatility: number;
  issuedAt: Date;
  timeliness: 'on_time' | 'late' | 'backfilled';
  inSample: boolean;
}

const FORECAST = `f.id, f.source, f.instrument, f.venue, f.origin_at AS "originAt", f.horizon_hours AS "horizonHours",
  f.target_at AS "targetAt", f.model_name AS "modelName", f.model_version AS "modelVersion", f.price,
  f.log_return_quantiles AS quantiles, f.probability_up AS "probabilityUp", f.volatility, f.issued_at AS "issuedAt",
  f.timeliness, f.in_sample AS "inSample"`;
/** Scores are stored as means of log-return losses and shown times this. */
const SCORE_SCALE = 10_000;

/** Those that count; what is made up for after its own target is no news. */
export function issuedForecasts(feed: string): EventSource {
  return recordedSource<ForecastRow>({
    type: 'forecast.issued',
    feed,
    columns: FORECAST,
    from: `FROM forecasts f WHERE f.feed = $4 AND f.canonical AND f.timeliness <> 'backfilled'`,
    at: 'f.recorded_at',
    key: 'f.id',
    keyType: 'text',
    eventKey: ({ id }) => id,
    event: (row) => ({
      occurredAt: row.issuedAt.toISOString(),
      ...subjectOf(row),
      data: forecastData(row),
    }),
  });
}

interface OutcomeRow extends ForecastRow {
  state: 'matured' | 'void';
  close: number | null;
  logReturn: number | null;
  pinball: number | null;
  crps: number | null;
  covered50: boolean;
  covered80: boolean;
  covered90: boolean;
  directionHit: boolean | null;
  maturedAt: Date;
}

export function maturedForecasts(feed: string): EventSource {
  return recordedSource<OutcomeRow>({
    type: 'forecast.matured',
    feed,
    columns: `${FORECAST}, s.state, s.outcome_close AS close, s.log_return AS "logReturn", s.pinball, s.crps,
      s.covered_50 AS "covered50", s.covered_80 AS "covered80", s.covered_90 AS "covered90",
      s.direction_hit AS "directionHit", s.matured_at AS "maturedAt"`,
    from: `FROM forecast_scores s JOIN forecasts f ON f.id = s.forecast_id
      WHERE f.feed = $4 AND f.canonical AND f.timeliness <> 'backfilled'`,
    at: 's.scored_at',
    key: 's.forecast_id',
    keyType: 'text',
    eventKey: ({ id }) => id,
    event: (row) => ({
      occurredAt: row.maturedAt.toISOString(),
      ...subjectOf(row),
      data: outcomeData(row),
    }),
  });
}

function subjectOf({ instrument, horizonHours }: ForecastRow) {
  return { instrument, horizon: horizonOfHours(horizonHours) };
}

function forecastData(row: ForecastRow): WebhookData<'forecast.issued'> {
  const { id, source, instrument, venue, price, probabilityUp, volatility, timeliness, inSample } = row;
  const prices = row.quantiles.map((logReturn) => price * Math.exp(logReturn));
  const quantiles = Object.fromEntries(QUANTILE_KEYS.map((key, i) => [key, prices[i]]));
  return {
    ...{ id, source, instrument, venue, price, probabilityUp, volatility, timeliness, inSample },
    ...horizonOf(row),
    quantiles: quantiles as WebhookData<'forecast.issued'>['quantiles'],
    model: { name: row.modelName, version: row.modelVersion },
    issuedAt: row.issuedAt.toISOString(),
    canonical: true,
  };
}

function outcomeData(row: OutcomeRow): WebhookData<'forecast.matured'> {
  const { id, source, instrument, price, state, close, logReturn, directionHit } = row;
  const covered = { '50': row.covered50, '80': row.covered80, '90': row.covered90 };
  return {
    ...{ id, source, instrument, price },
    ...horizonOf(row),
    model: `${row.modelName}@${row.modelVersion}`,
    outcome: {
      ...{ state, close, logReturn, directionHit },
      pinball: scaled(row.pinball),
      crps: scaled(row.crps),
      covered: state === 'matured' ? covered : null,
    },
  };
}

function horizonOf({ horizonHours, originAt, targetAt }: ForecastRow) {
  return {
    horizon: horizonOfHours(horizonHours),
    origin: originAt.toISOString(),
    target: targetAt.toISOString(),
  };
}

function scaled(loss: number | null): number | null {
  return loss === null ? null : loss * SCORE_SCALE;
}
