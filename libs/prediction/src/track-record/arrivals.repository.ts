import { ForecastEntity, ForecastScoreEntity } from '@btcforecast/database';
import { In, type EntityManager } from 'typeorm';
import { forecastBody, outcomeBody } from './entry-bodies.js';

/** A forecast or an outcome that is not in the chain yet. */
export interface Arrival {
  readonly kind: 'forecast' | 'outcome';
  readonly feed: string;
  readonly subject: string;
  readonly body: string;
}

export interface Arrivals {
  readonly arrivals: readonly Arrival[];
  /** Where to go on, as the database writes it (to the microsecond); null when that was all. */
  readonly next: string | null;
}

interface Place {
  readonly kind: 'forecast' | 'outcome';
  readonly subject: string;
  readonly arrivedAt: string;
}

/** Event clock of a feed and instrument: event time is eventAt plus speed times the wall time since observedAt; ms. */
interface MarketClock {
  readonly feed: string;
  readonly instrument: string;
  readonly eventAt: number;
  readonly observedAt: number;
  readonly speed: number;
}

/**
 * What has arrived at or after `since` and is not in the chain, in order of arrival, at most `limit`. Run within the
 * transaction that holds the chain's lock.
 *
 * @param since as `next` of the page before, or any timestamp with zone
 * @param nowMs wall time of entry
 */
export async function listArrivals(
  manager: EntityManager,
  { since, limit, nowMs }: { readonly since: string; readonly limit: number; readonly nowMs: number },
): Promise<Arrivals> {
  const places = await manager.query<Place[]>(NOT_ENTERED, [since, limit]);
  if (places.length === 0) return { arrivals: [], next: null };
  const ids = [...new Set(places.map(({ subject }) => subject))];
  const forecasts = await manager.findBy(ForecastEntity, { id: In(ids) });
  const scores = await manager.findBy(ForecastScoreEntity, { forecastId: In(ids) });
  const isUnproven = await unprovenAt(manager, nowMs);
  const forecastOf = new Map(forecasts.map((row) => [row.id, row]));
  const scoreOf = new Map(scores.map((row) => [row.forecastId, row]));
  const arrivals = places.map(({ kind, subject }) => {
    const forecast = forecastOf.get(subject)!; // neither table can lose a row
    const { feed } = forecast;
    const body =
      kind === 'forecast' ? forecastBody(forecast, isUnproven(forecast)) : outcomeBody(scoreOf.get(subject)!);
    return { kind, feed, subject, body };
  });
  return { arrivals, next: places.length === limit ? places.at(-1)!.arrivedAt : null };
}

/** When the oldest forecast or outcome arrived at or after `since` that is not in the chain, ms; null if none. */
export async function oldestArrival(manager: EntityManager, since: string): Promise<number | null> {
  const [place] = await manager.query<Place[]>(NOT_ENTERED, [since, 1]);
  return place ? Date.parse(place.arrivedAt) : null;
}

/** An outcome comes after its forecast: it is scored from the stored row, and at one instant the forecast is first. */
const NOT_ENTERED = `
  SELECT kind, subject, to_char(arrived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "arrivedAt" FROM (
    (SELECT 'forecast' AS kind, f.id AS subject, f.recorded_at AS arrived_at
     FROM forecasts f
     WHERE f.recorded_at >= $1
       AND NOT EXISTS (SELECT FROM track_record t WHERE t.kind = 'forecast' AND t.subject = f.id)
     ORDER BY f.recorded_at, f.id LIMIT $2)
    UNION ALL
    (SELECT 'outcome', s.forecast_id, s.scored_at
     FROM forecast_scores s
     WHERE s.scored_at >= $1
       AND NOT EXISTS (SELECT FROM track_record t WHERE t.kind = 'outcome' AND t.subject = s.forecast_id)
     ORDER BY s.scored_at, s.forecast_id LIMIT $2)
  ) AS arrived
  ORDER BY arrived_at, kind, subject LIMIT $2`;

/**
 * Whether a forecast enters at or after its target. In a live market event time is wall time. The clock of a replay or
 * demo is taken to have run on since it was last seen: an entry is rather called unproven than proven without reason.
 */
async function unprovenAt(
  manager: EntityManager,
  nowMs: number,
): Promise<(forecast: ForecastEntity) => boolean> {
  const clocks = await manager.query<MarketClock[]>(
    `SELECT feed, instrument, date_part('epoch', event_at) * 1000 AS "eventAt",
       date_part('epoch', observed_at) * 1000 AS "observedAt", speed
     FROM market_feeds WHERE source <> 'live'`,
  );
  const byMarket = new Map(clocks.map((clock) => [`${clock.feed} ${clock.instrument}`, clock]));
  return ({ source, feed, instrument, targetAt }) => {
    const clock = byMarket.get(`${feed} ${instrument}`);
    const eventMs = source === 'live' ? nowMs : clock ? eventTime(clock, nowMs) : Infinity;
    return eventMs >= targetAt.getTime();
  };
}

function eventTime({ eventAt, observedAt, speed }: MarketClock, nowMs: number): number {
  return eventAt + Math.max(0, nowMs - observedAt) * speed;
}
