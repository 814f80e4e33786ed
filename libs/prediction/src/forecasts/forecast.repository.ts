import { queryArrays, type TimeRange } from '@btcforecast/candle-reader';
import { HORIZON_HOURS, HORIZONS, type Limits } from '@btcforecast/contracts';
import { ForecastEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { And, DataSource, In, LessThan, MoreThanOrEqual, type EntityManager } from 'typeorm';
import type { NewForecast } from './new-forecast.js';
import { forecastNotFound, visibleForecasts } from './visible-forecasts.js';

/**
 * canonical: counts from now on; variant: another one counts already; shadow: a challenger's, kept beside it; known:
 * this very forecast was there; journaled: kept in the region until the primary is back.
 */
export type StoreOutcome = 'canonical' | 'variant' | 'shadow' | 'known' | 'journaled';

/** Which share of the callers asks; below the share of a canary the challenger answers. */
export interface LatestOptions {
  /** In [0, 1). Without it the champion answers. */
  readonly bucket?: number | undefined;
}

/** The newest forecasts of some horizons, all of one model. */
export interface LatestRows {
  readonly rows: readonly ShownForecast[];
  /** Share of the callers that a canary answers at their origin; null: there is none. */
  readonly canaryShare: number | null;
}

export interface HistoryPage {
  readonly feed: string;
  readonly instrument: string;
  readonly horizonHours: number;
  /** First origin, inclusive, ms. */
  readonly from?: number | undefined;
  /** Last origin, exclusive, ms. */
  readonly to?: number | undefined;
  readonly limit: number;
}

/** A forecast as clients see it: without what it was made from, which is most of a row. */
export type ShownForecast = Omit<
  ForecastEntity,
  'features' | 'baselines' | 'runtime' | 'region' | 'recordedAt'
>;

/** Event time of a market that is not live; without bound where that is live or unknown. */
const SIMULATED_NOW = `coalesce((SELECT event_at + (now() - observed_at) * speed FROM market_feeds
  WHERE feed = $1 AND instrument = $2 AND source <> 'live'), 'infinity')`;

/**
 * For each horizon of $3 the newest canonical forecast, and beside it that of the challenger for the same origin when
 * the bucket $4 lies below the canary's share there; and that share.
 */
const LATEST = `WITH newest AS (
    SELECT asked.place, f.*
    FROM unnest($3::integer[]) WITH ORDINALITY AS asked (hours, place)
    CROSS JOIN LATERAL (
      SELECT id, origin_at, horizon_hours, venue FROM forecasts
      WHERE feed = $1 AND instrument = $2 AND horizon_hours = asked.hours AND canonical
        AND origin_at <= ${SIMULATED_NOW}
      ORDER BY origin_at DESC LIMIT 1
    ) AS f
  ), canary AS (
    SELECT to_name, to_version, share FROM model_alias_moves
    WHERE feed = $1 AND instrument = $2 AND alias = 'canary'
      AND effective_origin <= (SELECT min(origin_at) FROM newest)
    ORDER BY effective_origin DESC, id DESC LIMIT 1
  )
  SELECT newest.id, (
    SELECT f.id FROM forecasts AS f, canary
    WHERE canary.share > $4::double precision AND f.feed = $1 AND f.instrument = $2 AND f.role = 'challenger'
      AND f.model_name = canary.to_name AND f.model_version = canary.to_version
      AND f.horizon_hours = newest.horizon_hours AND f.origin_at = newest.origin_at AND f.venue = newest.venue
    ORDER BY f.recorded_at, f.id LIMIT 1
  ), (SELECT share FROM canary)
  FROM newest ORDER BY newest.place`;

const SHOWN: Record<keyof ShownForecast, true> = {
  id: true,
  feed: true,
  source: true,
  instrument: true,
  venue: true,
  originAt: true,
  horizonHours: true,
  targetAt: true,
  modelName: true,
  modelVersion: true,
  price: true,
  logReturnQuantiles: true,
  probabilityUp: true,
  volatility: true,
  issuedAt: true,
  timeliness: true,
  inSample: true,
  canonical: true,
  role: true,
};

/** The table `forecasts`; no other library writes it. */
@Injectable()
export class ForecastRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores forecasts, all or none, and tells what became of each, in the order given.
   *
   * The first row of a champion for a (feed, instrument, horizon, origin) becomes canonical; which one is first is
   * decided by a unique index, so any number of issuers may try at once. A challenger's never does. Rows are written
   * in one order, so that issuers that meet wait for each other instead of deadlocking.
   */
  async store(forecasts: readonly NewForecast[]): Promise<StoreOutcome[]> {
    if (forecasts.length === 0) return [];
    const ordered = [...forecasts].sort(
      (a, b) => a.originAt.getTime() - b.originAt.getTime() || a.horizonHours - b.horizonHours,
    );
    return this.dataSource.transaction(async (manager) => {
      const champions = ordered.filter(({ role }) => role === 'champion');
      const canonical = await insertNew(manager, champions, true);
      const refused = ordered.filter(({ id }) => !canonical.has(id));
      const known = await knownIds(manager, refused);
      const others = refused.filter(({ id }) => !known.has(id));
      const kept = await insertNew(manager, others, false);
      return forecasts.map(({ id, role }) => {
        if (canonical.has(id)) return 'canonical';
        if (!kept.has(id)) return 'known';
        return role === 'challenger' ? 'shadow' : 'variant';
      });
    });
  }

  /**
   * Newest canonical forecast of each horizon that has one, in the order of the horizons. A replay that was begun
   * again at an earlier date has forecasts from its first pass ahead of it: they are not shown before their time.
   *
   * A caller whose bucket lies below the share of the canary at the newest origin gets the challenger's rows of that
   * same origin, once they are there for all horizons that were asked. All rows of an answer are one model's: they
   * are chosen by one statement, and those of an origin are stored together.
   */
  async listLatest(
    feed: string,
    instrument: string,
    horizonHours: readonly number[],
    options: LatestOptions = {},
  ): Promise<readonly ShownForecast[]> {
    return (await this.latest(feed, instrument, horizonHours, options)).rows;
  }

  /** As {@link listLatest}, with what decides whose forecasts a caller gets. */
  async latest(
    feed: string,
    instrument: string,
    horizonHours: readonly number[],
    { bucket }: LatestOptions = {},
  ): Promise<LatestRows> {
    const chosen = await queryArrays<[string, string | null, number | null]>(this.dataSource, LATEST, [
      feed,
      instrument,
      horizonHours,
      bucket ?? null,
    ]);
    const byChallenger = chosen.every(([, challenger]) => challenger !== null);
    const ids = chosen.map(([champion, challenger]) => (byChallenger ? challenger! : champion));
    const rows = await this.#repository.find({ select: SHOWN, where: { id: In(ids) } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return { rows: ids.map((id) => byId.get(id)!), canaryShare: chosen[0]?.[2] ?? null }; // forecasts are never deleted
  }

  /** Canonical forecasts, newest origin first. */
  async listHistory(page: HistoryPage): Promise<ShownForecast[]> {
    const { feed, instrument, horizonHours, from = 0, to, limit } = page;
    const since = MoreThanOrEqual(new Date(from));
    return this.#repository.find({
      select: SHOWN,
      where: {
        feed,
        instrument,
        horizonHours,
        canonical: true,
        originAt: to === undefined ? since : And(since, LessThan(new Date(to))),
      },
      order: { originAt: 'DESC' },
      take: limit,
    });
  }

  async findById(id: string): Promise<ForecastEntity | null> {
    return this.#repository.findOneBy({ id });
  }

  /** @throws AppError caller forecast.not_found, also when it is beyond the limits of whoever asks */
  async getVisible(id: string, limits: Limits): Promise<ForecastEntity> {
    const row = await this.#repository.findOneBy({ ...visibleForecasts(limits), id });
    if (row) return row;
    throw forecastNotFound(id);
  }

  /** Oldest canonical origin of a horizon, ms; null while the feed has no forecast. */
  async findFirstOrigin(feed: string, instrument: string, horizonHours: number): Promise<number | null> {
    const row = await this.#repository.findOne({
      select: { id: true, originAt: true },
      where: { feed, instrument, horizonHours, canonical: true },
      order: { originAt: 'ASC' },
    });
    return row?.originAt.getTime() ?? null;
  }

  /** Newest origin that has been answered, ms, whatever the event clock says; null while there is none. */
  async findNewestOrigin(feed: string, instrument: string): Promise<number | null> {
    const row = await this.#repository.findOne({
      select: { id: true, originAt: true },
      where: { feed, instrument, horizonHours: HORIZON_HOURS[HORIZONS[0]], canonical: true },
      order: { originAt: 'DESC' },
    });
    return row?.originAt.getTime() ?? null;
  }

  /** Canonical origins in [from, to), ms, ascending. */
  async listOrigins(
    feed: string,
    instrument: string,
    horizonHours: number,
    { from, to }: TimeRange,
  ): Promise<number[]> {
    const rows = await queryArrays<[number]>(
      this.dataSource,
      `SELECT date_part('epoch', origin_at) * 1000
       FROM forecasts
       WHERE feed = $1 AND instrument = $2 AND horizon_hours = $3 AND canonical
         AND origin_at >= $4 AND origin_at < $5
       ORDER BY origin_at`,
      [feed, instrument, horizonHours, new Date(from), new Date(to)],
    );
    return rows.map(([origin]) => origin);
  }

  get #repository() {
    return this.dataSource.getRepository(ForecastEntity);
  }
}

async function insertNew(
  manager: EntityManager,
  rows: readonly NewForecast[],
  canonical: boolean,
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(ForecastEntity)
    .values(rows.map((row) => ({ ...row, canonical })))
    .orIgnore()
    .returning('id')
    .updateEntity(false)
    .execute();
  return new Set((result.raw as { id: string }[]).map(({ id }) => id));
}

async function knownIds(manager: EntityManager, rows: readonly NewForecast[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const found = await manager.find(ForecastEntity, {
    select: { id: true },
    where: { id: In(rows.map(({ id }) => id)) },
  });
  return new Set(found.map(({ id }) => id));
}
