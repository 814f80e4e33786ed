import { queryArrays } from '@btcforecast/candle-reader';
import type { ScoredForecast } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { DriftScope } from './drift-signal.repository.js';

/** Origins in (since, until], ms. */
export interface OriginSpan {
  readonly since: number;
  readonly until: number;
}

/** What the model was given at one origin. */
export interface GivenAt {
  readonly origin: number;
  readonly features: readonly number[];
}

const ORIGIN = `date_part('epoch', f.origin_at) * 1000`;
const CANONICAL = `f.feed = $1 AND f.instrument = $2 AND f.model_name = $3 AND f.model_version = $4
  AND f.origin_at > $5 AND f.origin_at <= $6 AND f.canonical`;

/** Questions about the canonical forecasts of one model. */
@Injectable()
export class DriftDataRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** First and last origin of forecasts one hour ahead, ms; null while there is none. */
  async findServed(scope: DriftScope, span: OriginSpan): Promise<{ first: number; last: number } | null> {
    const [row] = await queryArrays<[number | null, number | null]>(
      this.dataSource,
      `SELECT date_part('epoch', min(f.origin_at)) * 1000, date_part('epoch', max(f.origin_at)) * 1000
       FROM forecasts f WHERE ${CANONICAL} AND f.horizon_hours = 1`,
      parametersOf(scope, span),
    );
    const [first, last] = row!; // an aggregate always gives one row
    return first === null || last === null ? null : { first, last };
  }

  /** Forecasts of a horizon that matured by the end of the span, on time and out of sample, oldest origin first. */
  async listScored(scope: DriftScope, horizonHours: number, span: OriginSpan): Promise<ScoredForecast[]> {
    const rows = await queryArrays<[number, number, boolean, number, Record<string, number>]>(
      this.dataSource,
      `SELECT ${ORIGIN}, s.pit, s.covered_80, s.pinball, s.baseline_pinball
       FROM forecasts f JOIN forecast_scores s ON s.forecast_id = f.id
       WHERE ${CANONICAL} AND f.horizon_hours = $7 AND f.target_at <= $6 AND f.timeliness = 'on_time' AND NOT f.in_sample
         AND s.state = 'matured'
       ORDER BY f.origin_at`,
      [...parametersOf(scope, span), horizonHours],
    );
    return rows.map(([origin, pit, covered80, pinball, baselinePinball]) => ({
      origin,
      pit,
      covered80,
      pinball,
      baselinePinball,
    }));
  }

  /** What was given at the origins at 00:00 UTC, out of sample, oldest first. */
  async listDailyFeatures(scope: DriftScope, span: OriginSpan): Promise<GivenAt[]> {
    const rows = await queryArrays<[number, number[]]>(
      this.dataSource,
      `SELECT ${ORIGIN}, f.features FROM forecasts f
       WHERE ${CANONICAL} AND f.horizon_hours = 1 AND NOT f.in_sample
         AND extract(hour FROM f.origin_at AT TIME ZONE 'UTC') = 0
       ORDER BY f.origin_at`,
      parametersOf(scope, span),
    );
    return rows.map(([origin, features]) => ({ origin, features }));
  }

  async listInstruments(): Promise<string[]> {
    const rows = await queryArrays<[string]>(this.dataSource, 'SELECT id FROM instruments ORDER BY id', []);
    return rows.map(([id]) => id);
  }
}

function parametersOf(
  { feed, instrument, name, version }: DriftScope,
  { since, until }: OriginSpan,
): unknown[] {
  return [feed, instrument, name, version, new Date(since), new Date(until)];
}
