import { queryArrays } from '@btcforecast/candle-reader';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ModelReference } from '../models/model-files.js';

/** How far the record of a horizon reaches; instants are ms. */
export interface RecordState {
  readonly newestOrigin: number;
  /** Newest origin with a score; null: none. */
  readonly newestScored: number | null;
  /** Origins of the 24 hours up to the newest that were answered on time. */
  readonly onTimeOfLastDay: number;
  /** Who made the newest forecast. */
  readonly model: ModelReference;
}

const LAST = `FROM forecasts f
  WHERE f.feed = $1 AND f.instrument = $2 AND f.horizon_hours = $3 AND f.canonical AND f.origin_at <= $4`;

/** Question about the newest forecasts of a horizon. */
@Injectable()
export class StandingRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of canonical forecasts with origins up to `until` (ms); null while there is none. */
  async findState(
    feed: string,
    instrument: string,
    horizonHours: number,
    until: number,
  ): Promise<RecordState | null> {
    const [row] = await queryArrays<[number, string, number, number | null, number]>(
      this.dataSource,
      `SELECT date_part('epoch', f.origin_at) * 1000, f.model_name, f.model_version,
         (SELECT date_part('epoch', f.origin_at) * 1000 ${LAST}
           AND EXISTS (SELECT FROM forecast_scores s WHERE s.forecast_id = f.id)
           ORDER BY f.origin_at DESC LIMIT 1),
         (SELECT count(*)::int FROM forecasts day
           WHERE day.feed = $1 AND day.instrument = $2 AND day.horizon_hours = $3 AND day.canonical
             AND day.origin_at > f.origin_at - interval '24 hours' AND day.origin_at <= f.origin_at
             AND day.timeliness = 'on_time')
       ${LAST} ORDER BY f.origin_at DESC LIMIT 1`,
      [feed, instrument, horizonHours, new Date(until)],
    );
    if (!row) return null;
    const [newestOrigin, name, version, newestScored, onTimeOfLastDay] = row;
    return { newestOrigin, newestScored, onTimeOfLastDay, model: { name, version } };
  }
}
