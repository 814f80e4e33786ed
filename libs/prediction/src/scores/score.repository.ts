import { ForecastScoreEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';

export type NewScore = Omit<ForecastScoreEntity, 'scoredAt'>;

/** What scoring needs to know of a forecast. */
export interface UnscoredForecast {
  readonly id: string;
  readonly venue: string;
  readonly targetAt: Date;
  readonly price: number;
  readonly logReturnQuantiles: readonly number[];
  readonly probabilityUp: number;
  readonly baselines: Readonly<Record<string, readonly number[]>>;
}

/** Where the page before ended; pages ascend by (target, id). */
export interface UnscoredCursor {
  readonly targetAt: Date;
  readonly id: string;
}

/** The table `forecast_scores`; no other library writes it. */
@Injectable()
export class ScoreRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Forecasts of any kind with a target at or before `until` (ms) and without a score, oldest target first. */
  async listUnscored(
    feed: string,
    instrument: string,
    until: number,
    limit: number,
    after: UnscoredCursor,
  ): Promise<UnscoredForecast[]> {
    return this.dataSource.query<UnscoredForecast[]>(
      `SELECT f.id, f.venue, f.target_at AS "targetAt", f.price, f.log_return_quantiles AS "logReturnQuantiles",
         f.probability_up AS "probabilityUp", f.baselines
       FROM forecasts f LEFT JOIN forecast_scores s ON s.forecast_id = f.id
       WHERE f.feed = $1 AND f.instrument = $2 AND f.target_at <= $3 AND s.forecast_id IS NULL
         AND (f.target_at, f.id) > ($4, $5)
       ORDER BY f.target_at, f.id LIMIT $6`,
      [feed, instrument, new Date(until), after.targetAt, after.id, limit],
    );
  }

  /** Stores scores and returns the ids of the forecasts that had none; another's score is left alone. */
  async store(scores: readonly NewScore[]): Promise<string[]> {
    if (scores.length === 0) return [];
    const ordered = [...scores].sort((a, b) => (a.forecastId < b.forecastId ? -1 : 1));
    const result = await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(ForecastScoreEntity)
      .values(ordered)
      .orIgnore()
      .returning('forecast_id')
      .updateEntity(false)
      .execute();
    return (result.raw as { forecast_id: string }[]).map((row) => row.forecast_id);
  }

  /** Scores by forecast id; forecasts without one are absent. */
  async mapByForecast(ids: readonly string[]): Promise<Map<string, ForecastScoreEntity>> {
    if (ids.length === 0) return new Map();
    const rows = await this.dataSource
      .getRepository(ForecastScoreEntity)
      .findBy({ forecastId: In([...ids]) });
    return new Map(rows.map((row) => [row.forecastId, row]));
  }
}
