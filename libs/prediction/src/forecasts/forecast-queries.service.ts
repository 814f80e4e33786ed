import {
  HORIZON_HOURS,
  horizonOfHours,
  type ForecastHistoryReply,
  type ForecastsReply,
  type Horizon,
  type ScoredForecastReply,
} from '@btcforecast/contracts';
import { InstrumentEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FeedSettings } from '../feed-settings.js';
import { ScoreRepository } from '../scores/score.repository.js';
import { forecastReply, scoredForecastReply } from './forecast-reply.js';
import { ForecastRepository } from './forecast.repository.js';
import { decodeHistoryCursor, encodeHistoryCursor } from './history-cursor.js';

export interface HistoryQuestion {
  readonly instrument: string;
  readonly horizon: Horizon;
  /** First origin, inclusive, ms. */
  readonly from?: number | undefined;
  /** Last origin, exclusive, ms. */
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Questions about stored forecasts of this process's feed. */
@Injectable()
export class ForecastQueries {
  constructor(
    private readonly forecasts: ForecastRepository,
    private readonly scores: ScoreRepository,
    private readonly dataSource: DataSource,
    private readonly settings: FeedSettings,
  ) {}

  /**
   * The newest canonical forecast of each horizon, in the order asked.
   *
   * @throws AppError caller instrument.unknown; transient forecast.none_yet when a horizon has no forecast
   */
  async latest(instrument: string, horizons: readonly Horizon[]): Promise<ForecastsReply> {
    const { feed, source } = this.settings;
    const hours = horizons.map((horizon) => HORIZON_HOURS[horizon]);
    const rows = await this.forecasts.listLatest(feed, instrument, hours);
    if (rows.length < horizons.length) {
      await this.#requireInstrument(instrument);
      const present = new Set(rows.map((row) => horizonOfHours(row.horizonHours)));
      const missing = horizons.filter((horizon) => !present.has(horizon)).join(', ');
      throw new AppError(
        'transient',
        'forecast.none_yet',
        `no forecast of ${instrument} has been made for ${missing} yet; the first one follows the market's ` +
          'history, which is still being loaded, so try again in a few seconds',
        { instrument, feed },
      );
    }
    return { data: rows.map(forecastReply), source };
  }

  /**
   * Canonical forecasts with their outcomes, newest origin first, a page at a time.
   *
   * @throws AppError caller instrument.unknown, forecast.cursor_invalid
   */
  async history(question: HistoryQuestion): Promise<ForecastHistoryReply> {
    const { feed, source } = this.settings;
    const { instrument, horizon, from, limit, cursor } = question;
    const before = cursor === undefined ? undefined : decodeHistoryCursor(cursor);
    const ends = [question.to, before].filter((end) => end !== undefined);
    const to = ends.length > 0 ? Math.min(...ends) : undefined;
    const horizonHours = HORIZON_HOURS[horizon];
    const rows = await this.forecasts.listHistory({
      feed,
      instrument,
      horizonHours,
      from,
      to,
      limit: limit + 1,
    });
    if (rows.length === 0) await this.#requireInstrument(instrument);
    const page = rows.slice(0, limit);
    const scores = await this.scores.mapByForecast(page.map(({ id }) => id));
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      instrument,
      horizon,
      source,
      data: page.map((row) => scoredForecastReply(row, scores.get(row.id))),
      nextCursor: last ? encodeHistoryCursor(last.originAt.getTime()) : null,
    };
  }

  /** @throws AppError caller forecast.not_found */
  async byId(id: string): Promise<ScoredForecastReply> {
    const row = await this.forecasts.findById(id);
    if (!row) {
      throw new AppError('caller', 'forecast.not_found', `no forecast has the id ${id}; check it`, { id });
    }
    const scores = await this.scores.mapByForecast([id]);
    return scoredForecastReply(row, scores.get(id));
  }

  async #requireInstrument(instrument: string): Promise<void> {
    if (await this.dataSource.getRepository(InstrumentEntity).existsBy({ id: instrument })) return;
    throw new AppError(
      'caller',
      'instrument.unknown',
      `no instrument ${instrument} is known; GET /v1/instruments lists them`,
      { instrument },
    );
  }
}
