import {
  CandleReader,
  MarketFeedReader,
  type CandleRow,
  type CandleSeries,
  type MarketFeed,
  type WindowQuery,
} from '@btcforecast/candle-reader';
import { HOUR_MS } from '@btcforecast/timeseries';
import type { DataSource } from 'typeorm';
import type { LocalMarket } from './local-market.js';

/** The venue in use and the event clock, as market-data of this region has them now rather than as they were stored. */
export class LocalMarketFeedReader extends MarketFeedReader {
  constructor(
    replica: DataSource,
    private readonly local: LocalMarket,
  ) {
    super(replica);
  }

  override async feed(feed: string, instrument: string): Promise<MarketFeed | null> {
    const { market } = await this.local.view(instrument);
    return market.feed === feed ? market : null;
  }
}

/**
 * Hourly candles of the replica, and after its newest those of market-data. Every question has the same end as in
 * {@link CandleReader}; where the replica has a candle that one counts.
 */
export class LocalCandleReader extends CandleReader {
  constructor(
    replica: DataSource,
    private readonly local: LocalMarket,
  ) {
    super(replica);
  }

  override async newestCloseTime(series: CandleSeries, until?: number): Promise<number | null> {
    const fresh = await this.#fresh(series, until ?? Infinity);
    return fresh.length > 0 ? closeTime(fresh.at(-1)!) : super.newestCloseTime(series, until);
  }

  override async closedSince(series: CandleSeries, since: number, until: number): Promise<number[]> {
    const fresh = (await this.#fresh(series, until)).map(closeTime).filter((closed) => closed > since);
    const stored = await super.closedSince(series, since, until);
    return [...new Set([...stored, ...fresh])].sort((a, b) => a - b);
  }

  override async window(query: WindowQuery): Promise<CandleRow[]> {
    const { until, slots } = query;
    const fresh = await this.#fresh({ ...query, interval: '1h' }, until);
    const stored = await super.window(query);
    const newest = stored.at(-1)?.openTime ?? until - (slots + 1) * HOUR_MS;
    return [...stored, ...fresh.filter(({ openTime }) => openTime > newest)];
  }

  /**
   * Hours that close after all that the replica had when it was asked, first of all: what it gets meanwhile is found in
   * both. A hole before its newest stays one, as it does where the primary is. Without any there is no history to go on.
   */
  async #fresh({ instrument, venue, interval }: CandleSeries, until: number): Promise<CandleRow[]> {
    const newest = await super.newestCloseTime({ instrument, venue, interval });
    if (newest === null || newest >= until) return [];
    const { market, candles } = await this.local.view(instrument, newest);
    if (market.venue !== venue) return [];
    return candles.filter((candle) => candle.openTime >= newest && closeTime(candle) <= until);
  }
}

function closeTime({ openTime }: CandleRow): number {
  return openTime + HOUR_MS;
}
