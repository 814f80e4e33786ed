import type { Interval, Source } from '@btcforecast/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { queryArrays } from './query-arrays.js';

/** The venue in use and the event clock of one feed and instrument, as last written by market-data. */
export interface MarketFeed {
  readonly feed: string;
  readonly instrument: string;
  readonly source: Source;
  /** Whose candles are used now. */
  readonly venue: string;
  /** Finest interval that is ingested. */
  readonly baseInterval: Interval;
  /** Event time, ms, at the wall time `observedAt`. */
  readonly eventAt: number;
  readonly observedAt: number;
  /** Event seconds per wall second; 0 while the market stands still. */
  readonly speed: number;
}

type FeedTuple = [Source, string, Interval, number, number, number];

@Injectable()
export class MarketFeedReader {
  constructor(private readonly dataSource: DataSource) {}

  /** Null until market-data has chosen a venue whose history is complete. */
  async feed(feed: string, instrument: string): Promise<MarketFeed | null> {
    const rows = await queryArrays<FeedTuple>(
      this.dataSource,
      `SELECT source, venue, base_interval, date_part('epoch', event_at) * 1000,
              date_part('epoch', observed_at) * 1000, speed
       FROM market_feeds WHERE feed = $1 AND instrument = $2`,
      [feed, instrument],
    );
    if (!rows[0]) return null;
    const [source, venue, baseInterval, eventAt, observedAt, speed] = rows[0];
    return {
      feed,
      instrument,
      source,
      venue,
      baseInterval,
      eventAt: Math.round(eventAt),
      observedAt: Math.round(observedAt),
      speed,
    };
  }
}
