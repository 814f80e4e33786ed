import { CandleReader, type MarketFeed } from '@btcforecast/candle-reader';
import {
  HORIZON_HOURS,
  INTERVAL_MS,
  QUANTILE_LEVELS,
  type AlertCondition,
  type Interval,
} from '@btcforecast/contracts';
import { cdfAt, quantileAt } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Measured } from './judge-value.js';

const HOUR_MS = INTERVAL_MS['1h'];

/** Event times, ms: after `after`, up to and with `until`. */
export interface Span {
  readonly after: number;
  readonly until: number;
}

type Of<K extends AlertCondition['kind']> = Extract<AlertCondition, { kind: K }>;
/** Kinds that are about a market. */
export type MarketCondition = Exclude<AlertCondition, Of<'usage'>>;

const FORECASTS = `SELECT origin_at AS "originAt", price, log_return_quantiles AS quantiles FROM forecasts
  WHERE feed = $1 AND instrument = $2 AND horizon_hours = $3 AND canonical AND timeliness <> 'backfilled'
    AND origin_at > $4 AND origin_at <= $5 ORDER BY origin_at`;
/** A test of forecasts knows of an origin when its target has passed, a test of inputs at once. */
const KNOWN_AT = `raised_origin + coalesce(horizon_hours, 0) * interval '1 hour'`;
const SIGNALS = `SELECT ${KNOWN_AT} AS "knownAt" FROM drift_signals
  WHERE feed = $1 AND instrument = $2 AND ${KNOWN_AT} > $3 AND ${KNOWN_AT} <= $4`;

interface ForecastRow {
  readonly originAt: Date;
  readonly price: number;
  readonly quantiles: number[];
}

/** What conditions compare, from stored rows alone and in the order of event time. */
@Injectable()
export class MeasurementReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly candles: CandleReader,
  ) {}

  read(condition: MarketCondition, market: MarketFeed, span: Span): Promise<Measured[]> {
    switch (condition.kind) {
      case 'price':
        return this.#closes(market, condition.interval, span);
      case 'price_change':
        return this.#changes(condition, market, span);
      case 'forecast_quantile':
      case 'event_probability':
        return this.#forecasts(condition, market, span);
      case 'drift':
        return this.#drift(condition, market, span);
      case 'gap':
        return this.#missing(condition, market, span);
    }
  }

  async #closes(market: MarketFeed, interval: Interval, { after, until }: Span): Promise<Measured[]> {
    const closes = await this.#closesOver(market, interval, { after: after - INTERVAL_MS[interval], until });
    const judged = closes.map(({ at, value }, i) => ({
      at,
      value,
      ...(i > 0 && { previous: closes[i - 1]!.value }),
    }));
    return judged.filter(({ at }) => at > after);
  }

  /** An hour whose window begins at a missing candle cannot be judged. */
  async #changes(
    { windowHours }: Of<'price_change'>,
    market: MarketFeed,
    { after, until }: Span,
  ): Promise<Measured[]> {
    const windowMs = windowHours * HOUR_MS;
    const closes = await this.#closesOver(market, '1h', { after: after - windowMs - HOUR_MS, until });
    const byTime = new Map(closes.map(({ at, value }) => [at, value]));
    return closes.flatMap(({ at, value }) => {
      const before = byTime.get(at - windowMs);
      return at > after && before !== undefined ? [{ at, value: 100 * (value / before - 1) }] : [];
    });
  }

  async #forecasts(
    condition: Of<'forecast_quantile'> | Of<'event_probability'>,
    { feed, instrument }: MarketFeed,
    { after, until }: Span,
  ): Promise<Measured[]> {
    const hours = HORIZON_HOURS[condition.horizon];
    const values = [feed, instrument, hours, new Date(after), new Date(until)];
    const rows = await this.dataSource.query<ForecastRow[]>(FORECASTS, values);
    return rows.map((row) => ({ at: row.originAt.getTime(), value: forecastValue(condition, row) }));
  }

  async #drift(
    { windowHours }: Of<'drift'>,
    { feed, instrument }: MarketFeed,
    { after, until }: Span,
  ): Promise<Measured[]> {
    const windowMs = windowHours * HOUR_MS;
    const values = [feed, instrument, new Date(after - windowMs), new Date(until)];
    const rows = await this.dataSource.query<{ knownAt: Date }[]>(SIGNALS, values);
    const raised = rows.map(({ knownAt }) => knownAt.getTime());
    return hoursOf({ after, until }).map((at) => ({
      at,
      value: raised.filter((known) => known > at - windowMs && known <= at).length,
    }));
  }

  /** What precedes the first candle of all is not missing. */
  async #missing(
    { windowHours }: Of<'gap'>,
    market: MarketFeed,
    { after, until }: Span,
  ): Promise<Measured[]> {
    const series = { instrument: market.instrument, venue: market.venue, interval: '1h' } as const;
    const oldest = await this.candles.oldestOpenTime(series);
    if (oldest === null) return [];
    const windowMs = windowHours * HOUR_MS;
    const closes = await this.#closesOver(market, '1h', { after: after - windowMs, until });
    const present = new Set(closes.map(({ at }) => at));
    return hoursOf({ after, until }).map((at) => {
      const expected = hoursOf({ after: Math.max(at - windowMs, oldest), until: at });
      return { at, value: expected.filter((hour) => !present.has(hour)).length };
    });
  }

  /** Closes by close time. */
  async #closesOver(market: MarketFeed, interval: Interval, { after, until }: Span): Promise<Measured[]> {
    const { instrument, venue } = market;
    const stepMs = INTERVAL_MS[interval];
    // A candle that closes after `after` opens after `after - step`.
    const rows = await this.candles.range(
      { instrument, venue, interval },
      { from: after - stepMs + 1, to: until },
    );
    return rows.map(({ openTime, close }) => ({ at: openTime + stepMs, value: close }));
  }
}

function forecastValue(
  condition: Of<'forecast_quantile'> | Of<'event_probability'>,
  { price, quantiles }: ForecastRow,
): number {
  const curve = { levels: QUANTILE_LEVELS, quantiles };
  if (condition.kind === 'forecast_quantile') return price * Math.exp(quantileAt(curve, condition.quantile));
  const below = cdfAt(curve, Math.log(condition.price / price));
  return condition.event === 'below' ? below : 1 - below;
}

/** Full hours in a span. */
function hoursOf({ after, until }: Span): number[] {
  const first = (Math.floor(after / HOUR_MS) + 1) * HOUR_MS;
  return Array.from(
    { length: Math.max(0, Math.floor((until - first) / HOUR_MS) + 1) },
    (_none, i) => first + i * HOUR_MS,
  );
}
