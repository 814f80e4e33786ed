import { queryArrays, type MarketFeed } from '@btcforecast/candle-reader';
import type { Interval } from '@btcforecast/contracts';
import { DataSource } from 'typeorm';
import type { MarketTime } from '../exchange/exchange-port.js';
import { IngestSettings } from './ingest-settings.js';

const UPSERT = `
  INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
  VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000), to_timestamp($7::float8 / 1000), $8)
  ON CONFLICT (feed, instrument) DO UPDATE SET source = excluded.source, venue = excluded.venue,
    base_interval = excluded.base_interval, event_at = excluded.event_at, observed_at = excluded.observed_at,
    speed = excluded.speed
  RETURNING 1`;

/** The only writer of market_feeds. */
export class MarketFeedRepository {
  #last: MarketFeed | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: IngestSettings,
  ) {}

  /** What was written last, or could not be. */
  get last(): MarketFeed | undefined {
    return this.#last;
  }

  /** What everyone goes by from now on: the venue in use, and what time it is in the market. */
  async write(
    venue: string,
    baseInterval: Interval,
    { nowMs, speed, observedAt }: MarketTime & { readonly observedAt: number },
  ): Promise<void> {
    const { feed, instrument, source } = this.settings;
    this.#last = { feed, instrument, source, venue, baseInterval, eventAt: nowMs, observedAt, speed };
    await queryArrays(this.dataSource, UPSERT, [
      feed,
      instrument,
      source,
      venue,
      baseInterval,
      nowMs,
      observedAt,
      speed,
    ]);
  }
}
