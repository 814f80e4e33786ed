import { eventTimeAt, type MarketFeed } from '@btcforecast/candle-reader';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import type { EntityManager } from 'typeorm';
import { type Cursor, type EventSource, exactly, type Place, type SourceRow } from './event-source.js';

/** Candles that close this much before the newest are still told when they arrive late; of older ones a gap was told. */
const LATE_CANDLES = 48;

interface CandleRow {
  openTime: Date;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  arrivedAt: string;
  placeAt: string;
}

const READ = `
  SELECT open_time AS "openTime", open, high, low, close, volume, ${exactly('ingested_at')} AS "arrivedAt",
    ${exactly('open_time')} AS "placeAt"
  FROM candles
  WHERE instrument = $1 AND venue = $2 AND "interval" = $3 AND open_time > $4::timestamptz AND provenance <> 'imported'
  ORDER BY open_time LIMIT $5`;

/**
 * Closed candles of the venue that the feed uses, in the order of their open times. The history that is fetched when a
 * market begins is not told.
 *
 * @param wallNowMs of the look, by which it is known what time it is in the market
 */
export function closedCandles(market: MarketFeed, interval: Interval, wallNowMs: number): EventSource {
  const { feed, instrument, venue } = market;
  const stepMs = INTERVAL_MS[interval];
  return {
    name: `candle.closed/${feed}/${instrument}/${interval}`,
    firstKey: '',
    begin: () => {
      const now = knownTime(market, wallNowMs);
      // The candle that is open now is the first to be told.
      const begin = now === null ? null : new Date(Math.floor(now / stepMs) * stepMs - stepMs).toISOString();
      return Promise.resolve(begin);
    },
    rereadFrom: ({ position, beginsAt }: Cursor) => {
      const from = new Date(Date.parse(position.at) - LATE_CANDLES * stepMs).toISOString();
      return from > beginsAt ? from : beginsAt;
    },
    read: async (manager: EntityManager, { at }: Place, limit: number) => {
      const rows = await manager.query<CandleRow[]>(READ, [instrument, venue, interval, at, limit]);
      return rows.map((candle) => sourceRow(candle, market, interval));
    },
  };
}

/** Whichever venue it is from: after a failover the same hour may come once more from the next. */
function sourceRow(candle: CandleRow, market: MarketFeed, interval: Interval): SourceRow {
  const { placeAt, arrivedAt, openTime, ...prices } = candle;
  const { feed, instrument, venue, source } = market;
  const times = {
    openTime: openTime.toISOString(),
    closeTime: new Date(openTime.getTime() + INTERVAL_MS[interval]).toISOString(),
  };
  const identity = {
    type: 'candle.closed',
    key: `${feed} ${instrument} ${interval} ${times.openTime}`,
  } as const;
  const data = { ...prices, ...times, instrument, interval, venue, source };
  const event = { ...identity, occurredAt: times.closeTime, arrivedAt, instrument, interval, data };
  return { ...identity, place: { at: placeAt, key: '' }, event: () => event };
}

/** null: nobody knows what time it is in that market. */
function knownTime(market: MarketFeed, wallNowMs: number): number | null {
  try {
    return eventTimeAt(market, { feed: market.feed, wallNowMs });
  } catch (error) {
    if (isAppError(error) && error.kind === 'transient') return null;
    throw error;
  }
}
