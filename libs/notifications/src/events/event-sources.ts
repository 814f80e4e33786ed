import type { Interval, Source } from '@btcforecast/contracts';
import type { EntityManager } from 'typeorm';
import { listMarkets } from '../markets.js';
import { closedCandles } from './candle-source.js';
import type { EventSource } from './event-source.js';
import { issuedForecasts, maturedForecasts } from './forecast-sources.js';
import { closedGaps, finishedBacktests, movedAliases, openedGaps, raisedDrift } from './record-sources.js';

/** Hourly candles are told from the first look on; others once somebody has asked for them. */
const WANTED = `SELECT '1h' AS "interval" UNION
  SELECT unnest(intervals) FROM webhook_endpoints WHERE 'candle.closed' = ANY (event_types)`;

/** Everything of a feed that is told to webhook endpoints, alerts apart, which are told where they are judged. */
export async function eventSources(
  manager: EntityManager,
  { feed, source }: { readonly feed: string; readonly source: Source },
  wallNowMs: number,
): Promise<EventSource[]> {
  const markets = await listMarkets(manager, feed);
  const intervals = await manager.query<{ interval: Interval }[]>(WANTED);
  return [
    issuedForecasts(feed),
    maturedForecasts(feed),
    openedGaps(feed, source),
    closedGaps(feed, source),
    raisedDrift(feed),
    movedAliases(feed),
    finishedBacktests(feed),
    ...markets.flatMap((market) =>
      intervals.map(({ interval }) => closedCandles(market, interval, wallNowMs)),
    ),
  ];
}
