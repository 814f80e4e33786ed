import { queryArrays } from '@btcforecast/candle-reader';
import { type Horizon, horizonOfHours, INTERVAL_MS, type Interval, INTERVALS } from '@btcforecast/contracts';
import type { DataSource } from 'typeorm';

/** What every piece of news says of itself. */
interface News {
  readonly key: string;
  readonly instrument: string;
  /** When it happened in the market, ms: brings what is found together into an order. */
  readonly eventAt: number;
}

export interface PriceNews extends News {
  readonly interval: Interval;
  readonly venue: string;
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface GapNews extends News {
  readonly interval: Interval;
  readonly venue: string;
  /** Open times, [from, to), ms. */
  readonly from: number;
  readonly to: number;
  readonly state: 'open' | 'repaired' | 'unrepairable';
}

/** A forecast that was issued, or one that has an outcome; what it says is for prediction to tell. */
export interface ForecastNews extends News {
  readonly id: string;
  readonly horizon: Horizon;
}

export interface LookBack {
  /** How far back in wall time what was recorded is looked at. */
  readonly seconds: number;
  /** How many candles of each interval, from the newest, are looked at. */
  readonly candles: number;
}

/** More than this of one kind wait for the next look. */
export const NEWS_LIMIT = 300;

/**
 * Since when what was recorded is news. A row is seen when its transaction ends, which is later than the time it bears,
 * so the look goes back a little; what is in the record already is left out by its key. Once old events have been
 * deleted, nothing is looked at that was recorded before the oldest that is left: it has been told, and its key is gone.
 */
const SINCE = `bound AS (
    SELECT greatest(now() - make_interval(secs => $2),
      (SELECT CASE WHEN seq > 1 THEN entered_at END FROM stream_events WHERE feed = $1 ORDER BY seq LIMIT 1)) AS since
  ), markets AS (
    SELECT s.instrument, m.venue, greatest(bound.since, s.since) AS since
    FROM stream_markets AS s JOIN market_feeds AS m USING (feed, instrument), bound WHERE s.feed = $1
  )`;
const ms = (column: string) => `date_part('epoch', ${column}) * 1000`;
const isNew = (key: string) =>
  `NOT EXISTS (SELECT FROM stream_events AS told WHERE told.feed = $1 AND told.key = ${key})`;

const PRICE_KEY = `'price:' || c.instrument || ':' || c."interval" || ':' || (${ms('c.open_time')})::bigint`;
const PRICES = `
  WITH ${SINCE}
  SELECT ${PRICE_KEY}, c.instrument, c."interval", c.venue, ${ms('c.open_time')}, c.open, c.high, c.low, c.close, c.volume
  FROM markets CROSS JOIN unnest($3::text[]) AS kind ("interval") CROSS JOIN LATERAL (
    SELECT * FROM candles
    WHERE instrument = markets.instrument AND venue = markets.venue AND "interval" = kind."interval"
    ORDER BY open_time DESC LIMIT $4
  ) AS c
  WHERE c.ingested_at >= markets.since AND ${isNew(PRICE_KEY)}
  ORDER BY c.open_time LIMIT ${NEWS_LIMIT}`;

const GAP_KEY = `'gap:' || g.id || ':' || g.state`;
const GAPS = `
  WITH ${SINCE}
  SELECT ${GAP_KEY}, g.instrument, g."interval", g.venue, ${ms('g.from_time')}, ${ms('g.to_time')}, g.state
  FROM candle_gaps AS g JOIN markets USING (instrument, venue)
  WHERE coalesce(g.closed_at, g.opened_at) >= markets.since AND ${isNew(GAP_KEY)}
  ORDER BY coalesce(g.closed_at, g.opened_at), g.id LIMIT ${NEWS_LIMIT}`;

const FORECAST_KEY = `'forecast:' || f.id`;
const FORECASTS = `
  WITH ${SINCE}
  SELECT ${FORECAST_KEY}, f.instrument, f.id, f.horizon_hours, ${ms('f.origin_at')}
  FROM forecasts AS f JOIN markets USING (instrument)
  WHERE f.recorded_at >= (SELECT since FROM bound) AND f.recorded_at >= markets.since
    AND f.feed = $1 AND f.canonical AND ${isNew(FORECAST_KEY)}
  ORDER BY f.recorded_at, f.id LIMIT ${NEWS_LIMIT}`;

const OUTCOME_KEY = `'outcome:' || f.id`;
const OUTCOMES = `
  WITH ${SINCE}
  SELECT ${OUTCOME_KEY}, f.instrument, f.id, f.horizon_hours, ${ms('f.target_at')}
  FROM forecast_scores AS s JOIN forecasts AS f ON f.id = s.forecast_id JOIN markets USING (instrument)
  WHERE s.scored_at >= (SELECT since FROM bound) AND s.scored_at >= markets.since
    AND f.feed = $1 AND f.canonical AND ${isNew(OUTCOME_KEY)}
  ORDER BY s.scored_at, f.id LIMIT ${NEWS_LIMIT}`;

type PriceTuple = [string, string, Interval, string, number, number, number, number, number, number];
type GapTuple = [string, string, Interval, string, number, number, GapNews['state']];
type ForecastTuple = [string, string, string, number, number];

/** What has happened and is not in the record of streams yet. */
export class NewsReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly feed: string,
  ) {}

  /** Candles that have closed. Old ones that come in late, as history does, are left out: they are no news. */
  async prices({ seconds, candles }: LookBack): Promise<PriceNews[]> {
    const values = [this.feed, seconds, INTERVALS, candles];
    const rows = await queryArrays<PriceTuple>(this.dataSource, PRICES, values);
    return rows.map(([key, instrument, interval, venue, openTime, open, high, low, close, volume]) => {
      const eventAt = openTime + INTERVAL_MS[interval];
      return { key, instrument, eventAt, interval, venue, openTime, open, high, low, close, volume };
    });
  }

  /** Gaps that have opened or closed. */
  async gaps({ seconds }: LookBack): Promise<GapNews[]> {
    const rows = await queryArrays<GapTuple>(this.dataSource, GAPS, [this.feed, seconds]);
    return rows.map(([key, instrument, interval, venue, from, to, state]) => {
      return { key, instrument, eventAt: to, interval, venue, from, to, state };
    });
  }

  /** Canonical forecasts that were issued. */
  forecasts({ seconds }: LookBack): Promise<ForecastNews[]> {
    return this.#forecasts(FORECASTS, seconds);
  }

  /** Canonical forecasts that were scored or declared void. */
  outcomes({ seconds }: LookBack): Promise<ForecastNews[]> {
    return this.#forecasts(OUTCOMES, seconds);
  }

  async #forecasts(text: string, seconds: number): Promise<ForecastNews[]> {
    const rows = await queryArrays<ForecastTuple>(this.dataSource, text, [this.feed, seconds]);
    return rows.map(([key, instrument, id, hours, eventAt]) => {
      return { key, instrument, eventAt, id, horizon: horizonOfHours(hours) };
    });
  }
}
