import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { HORIZON_HOURS } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { HOUR_MS, hourlyWindow, type HourlyWindow } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { parseModelReference } from '../models/model-files.js';
import { modelNotFound } from '../models/model-not-found.js';
import { ModelVersionRepository, type RegisteredFiles } from '../models/model-version.repository.js';
import type { StoredBacktestRequest } from './backtest-request.js';

/** Where the data of a backtest comes from. */
@Injectable()
export class BacktestData {
  constructor(
    private readonly candles: CandleReader,
    private readonly feeds: MarketFeedReader,
    private readonly versions: ModelVersionRepository,
  ) {}

  /** All hourly candles that the feed's venue has stored, up to the last outcome. @throws AppError caller forecast.insufficient_history */
  async history(feed: string, { instrument, to, horizons }: StoredBacktestRequest): Promise<HourlyWindow> {
    const market = await this.feeds.feed(feed, instrument);
    const series = { instrument, venue: market?.venue ?? '', interval: '1h' } as const;
    const oldest = market ? await this.candles.oldestOpenTime(series) : null;
    const end = to + Math.max(...horizons.map((horizon) => HORIZON_HOURS[horizon])) * HOUR_MS;
    const newest = oldest === null ? null : await this.candles.newestCloseTime(series, end);
    if (oldest === null || newest === null || newest <= oldest) {
      const message = `there are no stored candles of ${instrument} before the end of the backtest`;
      throw new AppError('caller', 'forecast.insufficient_history', message, { instrument });
    }
    const candles = await this.candles.range(series, { from: oldest, to: newest });
    return hourlyWindow(candles, newest, (newest - oldest) / HOUR_MS);
  }

  /** @throws AppError caller model.not_found */
  async model({ reference }: StoredBacktestRequest): Promise<RegisteredFiles> {
    const model = parseModelReference(reference);
    const files = await this.versions.findFiles(model.name, model.version);
    if (files) return files;
    throw modelNotFound(model);
  }
}
