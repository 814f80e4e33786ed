import { eventTimeAt, type MarketFeed } from '@btcforecast/candle-reader';
import { HORIZON_HOURS, INTERVAL_MS } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import type { MarketCondition } from './measurement.reader.js';

const HOUR_MS = INTERVAL_MS['1h'];
/** Event time after a full hour at which its candle should be there. */
const HOUR_IS_COMPLETE_MS = 300_000;
/** Wall time that it takes at least to ingest and score an hour, however fast a replay goes. */
const HOUR_IS_DONE_MS = 30_000;

const NEWEST_CANDLE = `SELECT max(open_time) AS at FROM candles WHERE instrument = $1 AND venue = $2 AND "interval" = $3`;
const NEWEST_FORECAST = `SELECT max(origin_at) AS at FROM forecasts
  WHERE feed = $1 AND instrument = $2 AND horizon_hours = $3 AND canonical`;

/** By which the newest of what a condition looks at is the same for many rules. */
export function subjectOf(condition: MarketCondition): string {
  switch (condition.kind) {
    case 'price':
      return `candles ${condition.instrument} ${condition.interval}`;
    case 'price_change':
      return `candles ${condition.instrument} 1h`;
    case 'forecast_quantile':
    case 'event_probability':
      return `forecasts ${condition.instrument} ${condition.horizon}`;
    case 'drift':
    case 'gap':
      return `hours ${condition.instrument}`;
  }
}

/**
 * Event time of the newest candle, forecast or full hour that a condition can be judged by, ms; null when there is none.
 *
 * @param market of the condition's instrument
 */
export async function newestOf(
  dataSource: DataSource,
  market: MarketFeed,
  condition: MarketCondition,
  wallNowMs: number,
): Promise<number | null> {
  const { feed, instrument, venue } = market;
  switch (condition.kind) {
    case 'price':
    case 'price_change': {
      const interval = condition.kind === 'price' ? condition.interval : '1h';
      const openTime = await newest(dataSource, NEWEST_CANDLE, [instrument, venue, interval]);
      return openTime === null ? null : openTime + INTERVAL_MS[interval];
    }
    case 'forecast_quantile':
    case 'event_probability':
      return newest(dataSource, NEWEST_FORECAST, [feed, instrument, HORIZON_HOURS[condition.horizon]]);
    case 'drift':
    case 'gap':
      return fullHour(market, wallNowMs);
  }
}

async function newest(dataSource: DataSource, text: string, values: unknown[]): Promise<number | null> {
  const [row] = await dataSource.query<{ at: Date | null }[]>(text, values);
  return row?.at?.getTime() ?? null;
}

/** null: nobody knows what time it is in that market. */
function fullHour(market: MarketFeed, wallNowMs: number): number | null {
  try {
    const now = eventTimeAt(market, { feed: market.feed, wallNowMs });
    const lag = Math.max(HOUR_IS_COMPLETE_MS, HOUR_IS_DONE_MS * market.speed);
    return Math.floor((now - lag) / HOUR_MS) * HOUR_MS;
  } catch (error) {
    if (isAppError(error) && error.kind === 'transient') return null;
    throw error;
  }
}
