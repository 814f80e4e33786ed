import { MarketClockReader } from '@btcforecast/candle-reader';
import type { Clock, EventBus, RpcClient } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import type { FeedSettings } from '../feed-settings.js';
import { ForecastCatchUp } from '../forecasts/forecast-catch-up.service.js';
import { ForecastIssuer, type IssuingModels } from '../forecasts/forecast-issuer.service.js';
import { ForecastMaker } from '../forecasts/forecast-maker.service.js';
import { ForecastPublisher } from '../forecasts/forecast-publisher.service.js';
import type { ForecastRepository } from '../forecasts/forecast.repository.js';
import type { ModelStore } from '../models/model-store.js';
import { LocalMarket } from './local-market.js';
import { LocalCandleReader, LocalMarketFeedReader } from './local-market.readers.js';

export interface CutOffParts {
  readonly replica: DataSource;
  /** Of the replica and the journal. */
  readonly forecasts: ForecastRepository;
  readonly models: ModelStore;
  readonly rpc: RpcClient;
  readonly events: EventBus;
  readonly settings: FeedSettings;
  readonly clock: Clock;
}

/**
 * What makes forecasts, over other sources: candles and event time from the replica and from market-data of the region,
 * models from memory, forecasts into the journal. Nothing of it asks the primary.
 */
export function cutOffForecasting(parts: CutOffParts): ForecastCatchUp {
  const { replica, forecasts, rpc, events, settings, clock } = parts;
  const local = new LocalMarket(rpc, clock);
  const candles = new LocalCandleReader(replica, local);
  const feeds = new LocalMarketFeedReader(replica, local);
  const publisher = new ForecastPublisher(new MarketClockReader(feeds, clock), forecasts, events, settings);
  const issuer = new ForecastIssuer(new ForecastMaker(candles), inMemory(parts.models), feeds, publisher);
  return new ForecastCatchUp(candles, feeds, forecasts, issuer, clock);
}

function inMemory(models: ModelStore): IssuingModels {
  return {
    runtime: models.runtime,
    plan: (instrument, origins) => models.planAsKnown(instrument, origins),
    withChampion: (group, work) => models.withChampion(group, work),
    use: (reference, work) => models.use(reference, work),
  };
}
