import type { MarketFeed } from '@btcforecast/candle-reader';
import type { EntityManager } from 'typeorm';

const MARKETS = `SELECT feed, instrument, source, venue, base_interval AS "baseInterval",
    date_part('epoch', event_at) * 1000 AS "eventAt", date_part('epoch', observed_at) * 1000 AS "observedAt", speed
  FROM market_feeds WHERE feed = $1`;

/** Every instrument of a feed, with the venue in use and the event clock. */
export function listMarkets(manager: EntityManager, feed: string): Promise<MarketFeed[]> {
  return manager.query<MarketFeed[]>(MARKETS, [feed]);
}
