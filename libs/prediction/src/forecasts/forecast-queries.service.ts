import {
  HORIZON_HOURS,
  horizonOfHours,
  type ForecastHistoryReply,
  type ForecastsReply,
  type Horizon,
  type Limits,
  type ProbabilityReply,
  type ScoredForecastReply,
} from '@btcforecast/contracts';
import { InstrumentEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FeedSettings } from '../feed-settings.js';
import { ScoreRepository } from '../scores/score.repository.js';
import { StandingService } from '../standing/standing.service.js';
import { eventProbability, type PriceRange } from './event-probability.js';
import { curveOf, latestForecastReply, scoredForecastReply } from './forecast-reply.js';
import { ForecastRepository, type LatestRows } from './forecast.repository.js';
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

export interface LatestQuestion {
  readonly instrument: string;
  readonly horizons: readonly Horizon[];
  /** Levels of further quantiles, ascending, each in (0, 1). */
  readonly levels?: readonly number[] | undefined;
  /** Where the caller falls in [0, 1): below the share of a canary the challenger answers. */
  readonly bucket?: number | undefined;
}

/** What the edge needs to know besides what it hands on. */
export interface LatestAnswer extends ForecastsReply {
  /** Share of the callers that a canary answers; null: there is none. */
  readonly canaryShare: number | null;
}

/** Bounds as {@link PriceRange}: `above` has no high, `below` no low. */
export interface ProbabilityQuestion extends PriceRange {
  readonly instrument: string;
  readonly horizon: Horizon;
  readonly kind: 'above' | 'below' | 'between';
  /** As of {@link LatestQuestion}. */
  readonly bucket?: number | undefined;
}

/** Questions about stored forecasts of this process's feed. */
@Injectable()
export class ForecastQueries {
  constructor(
    private readonly forecasts: ForecastRepository,
    private readonly scores: ScoreRepository,
    private readonly dataSource: DataSource,
    private readonly settings: FeedSettings,
    private readonly standings: StandingService,
  ) {}

  /**
   * The newest forecast of each horizon, in the order asked, with its standing: the champion's, or for callers of a
   * canary the challenger's.
   *
   * @throws AppError caller instrument.unknown; transient forecast.none_yet when a horizon has no forecast
   */
  async latest({ instrument, horizons, levels, bucket }: LatestQuestion): Promise<LatestAnswer> {
    const { rows, canaryShare } = await this.#newest(instrument, horizons, bucket);
    const data = await Promise.all(
      rows.map(async (row) =>
        latestForecastReply(row, await this.standings.standing(instrument, row.horizonHours), levels),
      ),
    );
    return { data, source: this.settings.source, canaryShare };
  }

  /**
   * Probability of an event at the target of the newest forecast of a horizon.
   *
   * @throws AppError as {@link latest}
   */
  async probability(question: ProbabilityQuestion): Promise<ProbabilityReply> {
    const { instrument, horizon, kind, low, high, bucket } = question;
    const { rows } = await this.#newest(instrument, [horizon], bucket);
    const row = rows[0]!; // one for each horizon
    const standing = await this.standings.standing(instrument, row.horizonHours);
    return {
      instrument,
      horizon,
      origin: row.originAt.toISOString(),
      target: row.targetAt.toISOString(),
      price: row.price,
      event: { kind, low, high },
      ...eventProbability(curveOf(row), row.price, { low, high }),
      forecastId: row.id,
      model: { name: row.modelName, version: row.modelVersion },
      standing,
      source: this.settings.source,
    };
  }

  /**
   * Canonical forecasts with their outcomes, newest origin first, a page at a time.
   *
   * @throws AppError caller instrument.unknown, request.cursor_invalid
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
      next: last ? encodeHistoryCursor(last.originAt.getTime()) : null,
    };
  }

  /** @throws AppError caller forecast.not_found, also when it is beyond the limits of whoever asks */
  async byId(id: string, limits: Limits): Promise<ScoredForecastReply> {
    const row = await this.forecasts.getVisible(id, limits);
    const scores = await this.scores.mapByForecast([id]);
    return scoredForecastReply(row, scores.get(id));
  }

  async #newest(instrument: string, horizons: readonly Horizon[], bucket?: number): Promise<LatestRows> {
    const { feed } = this.settings;
    const hours = horizons.map((horizon) => HORIZON_HOURS[horizon]);
    const latest = await this.forecasts.latest(feed, instrument, hours, { bucket });
    if (latest.rows.length === horizons.length) return latest;
    await this.#requireInstrument(instrument);
    const present = new Set(latest.rows.map((row) => horizonOfHours(row.horizonHours)));
    const missing = horizons.filter((horizon) => !present.has(horizon)).join(', ');
    throw new AppError(
      'transient',
      'forecast.none_yet',
      `no forecast of ${instrument} has been made for ${missing} yet; the first one follows the market's ` +
        'history, which is still being loaded, so try again in a few seconds',
      { instrument, feed },
    );
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
