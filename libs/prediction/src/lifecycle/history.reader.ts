import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { AppError } from '@btcforecast/platform';
import { HOUR_MS, hourlyWindow, type HourlyWindow } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';

/** All hourly candles of a feed's active venue. */
@Injectable()
export class HistoryReader {
  constructor(
    private readonly candles: CandleReader,
    private readonly feeds: MarketFeedReader,
  ) {}

  /**
   * @param until ms, a full hour; nothing that closes later is read
   * @throws AppError caller forecast.insufficient_history when there is none
   */
  async until(feed: string, instrument: string, until: number): Promise<HourlyWindow> {
    const market = await this.feeds.feed(feed, instrument);
    const series = { instrument, venue: market?.venue ?? '', interval: '1h' } as const;
    const from = market ? await this.candles.oldestOpenTime(series) : null;
    if (from === null || from >= until) {
      throw new AppError(
        'caller',
        'forecast.insufficient_history',
        `there is no hourly candle of ${instrument} in the feed ${feed} yet`,
      );
    }
    const candles = await this.candles.range(series, { from, to: until });
    return hourlyWindow(candles, until, (until - from) / HOUR_MS);
  }
}
