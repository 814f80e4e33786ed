import { queryArrays, type TimeRange } from '@btcforecast/candle-reader';
import { ForecastEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { And, DataSource, In, LessThan, MoreThanOrEqual, Raw, type EntityManager } from 'typeorm';
import type { NewForecast } from './new-forecast.js';

/** canonical: counts from now on; variant: another one counts already; known: this very forecast was there. */
export type StoreOutcome = 'canonical' | 'variant' | 'known';

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
  WHERE feed = :feed AND instrument = :instrument AND source <> 'live'), 'infinity')`;

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
};

/** The table `forecasts`; no other library writes it. */
@Injectable()
export class ForecastRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores forecasts, all or none, and tells what became of each, in the order given.
   *
   * The first row of a (feed, instrument, horizon, origin) becomes canonical; which one is first is decided by
   * a unique index, so any number of issuers may try at once. Rows are written in one order, so that issuers
   * that meet wait for each other instead of deadlocking.
   */
  async store(forecasts: readonly NewForecast[]): Promise<StoreOutcome[]> {
    if (forecasts.length === 0) return [];
    const ordered = [...forecasts].sort(
      (a, b) => a.originAt.getTime() - b.originAt.getTime() || a.horizonHours - b.horizonHours,
    );
    return this.dataSource.transaction(async (manager) => {
      const canonical = await insertNew(manager, ordered, true);
      const refused = ordered.filter(({ id }) => !canonical.has(id));
      const known = await knownIds(manager, refused);
      const others = refused.filter(({ id }) => !known.has(id));
      const variants = await insertNew(manager, others, false);
      return forecasts.map(({ id }) => {
        if (canonical.has(id)) return 'canonical';
        return variants.has(id) ? 'variant' : 'known';
      });
    });
  }

  /**
   * Newest canonical forecast of each horizon that has one, in the order of the horizons. A replay that was begun
   * again at an earlier date has forecasts from its first pass ahead of it: they are not shown before their time.
   */
  async listLatest(
    feed: string,
    instrument: string,
    horizonHours: readonly number[],
  ): Promise<ShownForecast[]> {
    const originAt = Raw((column) => `${column} <= ${SIMULATED_NOW}`, { feed, instrument });
    const newest = horizonHours.map((hours) =>
      this.#repository.findOne({
        select: SHOWN,
        where: { feed, instrument, horizonHours: hours, canonical: true, originAt },
        order: { originAt: 'DESC' },
      }),
    );
    return (await Promise.all(newest)).filter((row) => row !== null);
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

  /** Oldest canonical origin of a horizon, ms; null while the feed has no forecast. */
  async findFirstOrigin(feed: string, instrument: string, horizonHours: number): Promise<number | null> {
    const row = await this.#repository.findOne({
      select: { id: true, originAt: true },
      where: { feed, instrument, horizonHours, canonical: true },
      order: { originAt: 'ASC' },
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
