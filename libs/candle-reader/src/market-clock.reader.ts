import { AppError, Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { MarketFeedReader, type MarketFeed } from './market-feed.reader.js';

/** An observation of a replay's or demo's clock is good for this long, wall time. */
const FRESH_MS = 30_000;

/** Event time: what time it is in the market. In live it runs with the wall clock, in a replay as fast as was asked. */
@Injectable()
export class MarketClockReader {
  constructor(
    private readonly feeds: MarketFeedReader,
    private readonly clock: Clock,
  ) {}

  /**
   * Event time now, ms.
   *
   * @throws AppError transient market.clock_unknown when nobody has observed the clock of a replay or demo within
   *   the last 30 seconds; a live market's clock is always known
   */
  async now(feed: string, instrument: string): Promise<number> {
    return eventTimeAt(await this.feeds.feed(feed, instrument), { feed, wallNowMs: this.clock.now() });
  }
}

/** @throws AppError as {@link MarketClockReader.now} */
export function eventTimeAt(
  row: MarketFeed | null,
  { feed, wallNowMs }: { readonly feed: string; readonly wallNowMs: number },
): number {
  if (feed === 'live') return row ? row.eventAt + (wallNowMs - row.observedAt) : wallNowMs;
  if (row && wallNowMs - row.observedAt <= FRESH_MS) {
    return Math.floor(row.eventAt + (wallNowMs - row.observedAt) * row.speed);
  }
  throw new AppError(
    'transient',
    'market.clock_unknown',
    `the clock of the market ${feed} is not known: market-data has not observed it for ${FRESH_MS / 1000} s; see that market-data runs`,
    { feed },
  );
}
