import { createHash } from 'node:crypto';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { FEED, INSTRUMENT, type NotificationsBench } from './notifications-bench.js';

export const HOUR_MS = 3_600_000;
/** Of the market; long past, as in a replay. */
export const START = Date.UTC(2025, 0, 1);
type Database = DataSource | EntityManager;

/** What the services that own these tables would write; the market's clock is looked at by the clock of the bench. */
export async function openMarket(
  { dataSource, clock }: Pick<NotificationsBench, 'dataSource' | 'clock'>,
  eventAt = START,
): Promise<void> {
  await dataSource.query(`SELECT ensure_candle_partitions($1, $2)`, [
    new Date(START - 720 * HOUR_MS),
    new Date(START + 720 * HOUR_MS),
  ]);
  await dataSource.query(
    `INSERT INTO market_feeds VALUES ($1, $2, 'replay', $1, '1h', $3, $4, 0)
     ON CONFLICT (feed, instrument) DO UPDATE SET event_at = excluded.event_at, observed_at = excluded.observed_at`,
    [FEED, INSTRUMENT, new Date(eventAt), new Date(clock.now())],
  );
}

/** A candle by its close time. */
export async function addCandle(
  database: Database,
  closeTime: number,
  close = 100,
  { provenance = 'streamed', interval = '1h' as Interval, venue = FEED } = {},
): Promise<void> {
  await database.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     VALUES ($1, $2, $3, $4, $5, $5, $5, $5, 1, $6)`,
    [INSTRUMENT, venue, interval, new Date(closeTime - INTERVAL_MS[interval]), close, provenance],
  );
}

export interface ForecastOptions {
  readonly horizonHours?: number;
  readonly price?: number;
  readonly canonical?: boolean;
  readonly timeliness?: 'on_time' | 'late' | 'backfilled';
  readonly feed?: string;
}

/** Quantiles of the log return of {@link addForecast}. */
export const LOG_RETURNS = [-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03];

export async function addForecast(
  database: Database,
  origin: number,
  options: ForecastOptions = {},
): Promise<string> {
  const { horizonHours = 24, price = 100, canonical = true, timeliness = 'on_time', feed = FEED } = options;
  const id = createHash('sha256')
    .update(JSON.stringify([origin, options]))
    .digest('hex');
  await database.query(
    `INSERT INTO forecasts (id, feed, source, instrument, venue, origin_at, horizon_hours, target_at, model_name,
       model_version, price, log_return_quantiles, probability_up, volatility, features, baselines, issued_at, timeliness,
       in_sample, canonical, region, runtime)
     VALUES ($1, $2, 'replay', $3, $2, $4, $5, $6, 'har', 2, $7, $8, 0.5, 0.02, '{1}', '{}', $4, $9, false, $10, 'test',
       '{}')`,
    [
      ...[
        id,
        feed,
        INSTRUMENT,
        new Date(origin),
        horizonHours,
        new Date(origin + horizonHours * HOUR_MS),
        price,
      ],
      ...[LOG_RETURNS, timeliness, canonical],
    ],
  );
  return id;
}

export async function addScore(database: Database, id: string, maturedAt: number): Promise<void> {
  await database.query(
    `INSERT INTO forecast_scores (forecast_id, state, outcome_close, log_return, pinball, crps, pit, covered_50, covered_80,
       covered_90, direction_hit, baseline_pinball, matured_at)
     VALUES ($1, 'matured', 101, 0.01, 0.002, 0.004, 0.6, true, true, true, true, '{}', $2)`,
    [id, new Date(maturedAt)],
  );
}

export async function addGap(database: Database, from: number): Promise<string> {
  const [row] = await database.query<{ id: string }[]>(
    `INSERT INTO candle_gaps (instrument, venue, "interval", from_time, to_time, opened_at, next_attempt_at)
     VALUES ($1, $2, '1h', $3, $4, now(), now()) RETURNING id`,
    [INSTRUMENT, FEED, new Date(from), new Date(from + HOUR_MS)],
  );
  return row!.id;
}

export async function closeGap(
  database: Database,
  id: string,
  state: 'repaired' | 'unrepairable',
): Promise<void> {
  await database.query(`UPDATE candle_gaps SET state = $2, closed_at = now() WHERE id = $1`, [id, state]);
}

/** Of a test of forecasts, which knows of an origin when its target has passed. */
export async function addDrift(database: Database, raisedOrigin: number, horizonHours = 24): Promise<void> {
  await database.query(
    `INSERT INTO drift_signals (feed, instrument, model_name, model_version, test, horizon_hours, statistic, threshold, n,
       raised_origin) VALUES ($1, $2, 'har', 2, 'coverage', $4, 3.4, 3.1, 640, $3)`,
    [FEED, INSTRUMENT, new Date(raisedOrigin), horizonHours],
  );
}

export async function addMove(database: Database, movedAt: number): Promise<void> {
  await database.query(
    `INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
     VALUES ('har', 2, 'har', 'shipped', '', '', '{}', now()) ON CONFLICT DO NOTHING`,
  );
  await database.query(
    `INSERT INTO model_alias_moves (feed, instrument, alias, to_name, to_version, effective_origin, actor, reason, moved_at)
     VALUES ($1, $2, 'champion', 'har', 2, $3, 'key 0123456789ab', 'better in shadow', $3)`,
    [FEED, INSTRUMENT, new Date(movedAt)],
  );
}

/** A finished backtest that the tenant asked for. */
export async function addBacktest(database: Database, tenant: string): Promise<void> {
  await database.query(
    `INSERT INTO backtests (id, feed, tenant, instrument, request, state, stage, result, requested_by, created_at, finished_at)
     VALUES (gen_random_uuid(), $1, $3, $2, '{}', 'done', 'done', '{}', 'key 0', now(), now())`,
    [FEED, INSTRUMENT, tenant],
  );
}
