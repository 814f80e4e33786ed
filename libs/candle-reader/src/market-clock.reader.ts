import { AppError, Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { MarketFeedReader, type MarketFeed } from './market-feed.reader.js';

/** An observation of a replay's or demo's clock is good for this long, wall time. */
const FRESH_MS = 30_000;
/** So far an observation may lie in the future of whoever reads it: the alert ClockSkew begins there. */
const SKEW_MS = 2_000;

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
   *   the last 30 seconds, or our clock is behind that of market-data: what is late would look on time
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
  if (!row && feed === 'live') return wallNowMs;
  const ageMs = row ? wallNowMs - row.observedAt : Infinity;
  if (ageMs < -SKEW_MS) throw behind(feed, ageMs);
  if (row && feed === 'live') return row.eventAt + ageMs;
  if (row && ageMs <= FRESH_MS) return Math.floor(row.eventAt + ageMs * row.speed);
  throw new AppError(
    'transient',
    'market.clock_unknown',
    `the clock of the market ${feed} is not known: market-data has not observed it for ${FRESH_MS / 1000} s; see that market-data runs`,
    { feed },
  );
}

function behind(feed: string, ageMs: number): AppError {
  const message = `the clock of the market ${feed} is not known: the clock of this service is ${Math.round(-ageMs / 1_000)} s behind that of market-data; see that both hosts keep the time`;
  return new AppError('transient', 'market.clock_unknown', message, { feed });
}
