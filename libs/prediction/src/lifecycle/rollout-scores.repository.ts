import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ModelReference } from '../models/model-files.js';

export interface PairQuestion {
  readonly feed: string;
  readonly instrument: string;
  readonly champion: ModelReference;
  readonly challenger: ModelReference;
  /** First origin, ms. */
  readonly since: number;
}

/** Scores of the champion's and the challenger's forecast of one origin and horizon. */
export interface ScoredPair {
  readonly horizonHours: number;
  /** ms. */
  readonly origin: number;
  readonly champion: PairScore;
  readonly challenger: PairScore;
  /** Pinball loss of each baseline at the origin, by name. */
  readonly baselines: Readonly<Record<string, number>>;
}

export interface PairScore {
  readonly pinball: number;
  /** Whether the 50, 80 and 90 % interval held. */
  readonly covered: readonly boolean[];
}

/** Origins that were answered on time, whoever did it, and by whom; counted at the shortest horizon. */
export interface Answered {
  readonly origins: number;
  /** Fewer than all where another had to stand in for it. */
  readonly champion: number;
  readonly challenger: number;
}

/** Clients see canonical rows; a challenger's are never. */
const SHOWN = 'c.feed = $1 AND c.instrument = $2 AND c.canonical AND c.origin_at >= $7';
const BY_CHAMPION = 'c.model_name = $3 AND c.model_version = $4';
const SAME_ORIGIN = `s.feed = c.feed AND s.instrument = c.instrument AND s.role = 'challenger'
  AND s.model_name = $5 AND s.model_version = $6 AND s.horizon_hours = c.horizon_hours
  AND s.origin_at = c.origin_at AND s.venue = c.venue`;

/** Questions about the forecasts that two versions have made of the same origins. */
@Injectable()
export class RolloutScoresRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Pairs that count: both on time, not in sample and matured; by horizon and origin, ascending. */
  async listPairs(question: PairQuestion): Promise<ScoredPair[]> {
    const rows = await this.dataSource.query<PairRow[]>(
      `SELECT c.horizon_hours AS hours, date_part('epoch', c.origin_at) * 1000 AS origin,
         x.pinball AS champion, x.covered_50 AS c50, x.covered_80 AS c80, x.covered_90 AS c90,
         y.pinball AS challenger, y.covered_50 AS s50, y.covered_80 AS s80, y.covered_90 AS s90,
         x.baseline_pinball AS baselines
       FROM forecasts c
       JOIN forecasts s ON ${SAME_ORIGIN}
       JOIN forecast_scores x ON x.forecast_id = c.id AND x.state = 'matured'
       JOIN forecast_scores y ON y.forecast_id = s.id AND y.state = 'matured'
       WHERE ${SHOWN} AND ${BY_CHAMPION} AND c.timeliness = 'on_time' AND s.timeliness = 'on_time'
         AND NOT c.in_sample AND NOT s.in_sample
       ORDER BY c.horizon_hours, c.origin_at`,
      parametersOf(question),
    );
    return rows.map(({ hours, origin, baselines, ...row }) => ({
      horizonHours: hours,
      origin,
      champion: { pinball: row.champion, covered: [row.c50, row.c80, row.c90] },
      challenger: { pinball: row.challenger, covered: [row.s50, row.s80, row.s90] },
      baselines,
    }));
  }

  /**
   * Of the origins that were answered on time, how many the champion and the challenger have answered so.
   *
   * @param until ms; later origins may still be on their way
   */
  async countAnswered(question: PairQuestion, until: number): Promise<Answered> {
    const [row] = await this.dataSource.query<Answered[]>(
      `SELECT count(*)::int AS origins, count(*) FILTER (WHERE ${BY_CHAMPION})::int AS champion,
         count(s.id)::int AS challenger
       FROM forecasts c
       LEFT JOIN forecasts s ON ${SAME_ORIGIN} AND s.timeliness = 'on_time'
       WHERE ${SHOWN} AND c.origin_at <= $8 AND c.timeliness = 'on_time' AND c.horizon_hours = 1`,
      [...parametersOf(question), new Date(until)],
    );
    return row!; // an aggregate always gives one row
  }
}

interface PairRow {
  readonly hours: number;
  readonly origin: number;
  readonly champion: number;
  readonly c50: boolean;
  readonly c80: boolean;
  readonly c90: boolean;
  readonly challenger: number;
  readonly s50: boolean;
  readonly s80: boolean;
  readonly s90: boolean;
  readonly baselines: Readonly<Record<string, number>>;
}

function parametersOf({ feed, instrument, champion, challenger, since }: PairQuestion): unknown[] {
  return [
    feed,
    instrument,
    champion.name,
    champion.version,
    challenger.name,
    challenger.version,
    new Date(since),
  ];
}
