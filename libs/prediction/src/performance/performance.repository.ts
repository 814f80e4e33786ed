import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Canonical forecasts of one horizon whose target is after `since` and whose origin is not after `until`; ms. */
export interface PerformanceScope {
  readonly feed: string;
  readonly instrument: string;
  readonly horizonHours: number;
  readonly since: number;
  readonly until: number;
}

/** One forecast that counts, with its losses of the log return. */
export interface CountedForecast {
  readonly originAt: Date;
  readonly pinball: number;
  readonly crps: number;
  readonly covered50: boolean;
  readonly covered80: boolean;
  readonly covered90: boolean;
  readonly directionHit: boolean | null;
  readonly baselinePinball: Readonly<Record<string, number>>;
}

export interface ExcludedCounts {
  readonly late: number;
  readonly backfilled: number;
  readonly inSample: number;
  readonly unproven: number;
  readonly void: number;
  readonly pending: number;
}

/**
 * Entered into the track record when its outcome may have been known. Only a live market's score is public; its event
 * time is wall time, which an entry bears.
 */
const UNPROVEN = `(f.source = 'live' AND EXISTS (SELECT FROM track_record t
  WHERE t.kind = 'forecast' AND t.subject = f.id AND t.entered_at >= f.target_at))`;

/** Question about forecasts and their scores; the two tables that this library owns. */
@Injectable()
export class PerformanceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest `limit` forecasts that count (matured, on time, proven, not in sample), oldest origin first. */
  async listCounted(scope: PerformanceScope, limit: number): Promise<CountedForecast[]> {
    const rows = await this.dataSource.query<CountedForecast[]>(
      `SELECT f.origin_at AS "originAt", s.pinball, s.crps, s.covered_50 AS "covered50",
         s.covered_80 AS "covered80", s.covered_90 AS "covered90", s.direction_hit AS "directionHit",
         s.baseline_pinball AS "baselinePinball"
       FROM forecasts f JOIN forecast_scores s ON s.forecast_id = f.id
       WHERE f.feed = $1 AND f.instrument = $2 AND f.horizon_hours = $3 AND f.canonical
         AND f.target_at > $4 AND f.origin_at <= $5
         AND f.timeliness = 'on_time' AND NOT f.in_sample AND s.state = 'matured' AND NOT ${UNPROVEN}
       ORDER BY f.origin_at DESC LIMIT $6`,
      [...parametersOf(scope), limit],
    );
    return rows.reverse();
  }

  /**
   * Forecasts that do not count, each under the first reason that holds: backfilled, late, in sample,
   * unproven, void, pending.
   */
  async countExcluded(scope: PerformanceScope): Promise<ExcludedCounts> {
    const [row] = await this.dataSource.query<ExcludedCounts[]>(
      `WITH reasons AS (
         SELECT CASE
           WHEN f.timeliness <> 'on_time' THEN f.timeliness
           WHEN f.in_sample THEN 'in_sample'
           WHEN ${UNPROVEN} THEN 'unproven'
           WHEN s.state = 'void' THEN 'void'
           WHEN s.state IS NULL THEN 'pending'
         END AS reason
         FROM forecasts f LEFT JOIN forecast_scores s ON s.forecast_id = f.id
         WHERE f.feed = $1 AND f.instrument = $2 AND f.horizon_hours = $3 AND f.canonical
           AND f.target_at > $4 AND f.origin_at <= $5
       )
       SELECT count(*) FILTER (WHERE reason = 'late')::int AS late,
         count(*) FILTER (WHERE reason = 'backfilled')::int AS backfilled,
         count(*) FILTER (WHERE reason = 'in_sample')::int AS "inSample",
         count(*) FILTER (WHERE reason = 'unproven')::int AS unproven,
         count(*) FILTER (WHERE reason = 'void')::int AS void,
         count(*) FILTER (WHERE reason = 'pending')::int AS pending
       FROM reasons`,
      parametersOf(scope),
    );
    return row!; // an aggregate without GROUP BY always gives one row
  }
}

function parametersOf({ feed, instrument, horizonHours, since, until }: PerformanceScope): unknown[] {
  return [feed, instrument, horizonHours, new Date(since), new Date(until)];
}
