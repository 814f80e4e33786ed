import { join } from 'node:path';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { repositoryRoot } from '@btcforecast/testing';
import { FeedSettings } from '../src/feed-settings.js';
import { ForecastCatchUp } from '../src/forecasts/forecast-catch-up.service.js';
import { ForecastIssuer } from '../src/forecasts/forecast-issuer.service.js';
import { ForecastMaker } from '../src/forecasts/forecast-maker.service.js';
import { ForecastRepository } from '../src/forecasts/forecast.repository.js';
import { ModelStore } from '../src/models/model-store.js';
import { ModelVersionRepository } from '../src/models/model-version.repository.js';
import type { TestMarket } from './market.js';

export const shippedModels = join(repositoryRoot, 'models');

/** What prediction consists of, put together by hand over a test market, with the shipped model. */
export async function openForecasting(market: TestMarket, settings: FeedSettings) {
  const { dataSource, clock, events } = market;
  const versions = new ModelVersionRepository(dataSource);
  const models = await ModelStore.open(
    { folder: shippedModels, champion: 'har@1', registeredAt: clock.now() },
    versions,
  );
  const candles = new CandleReader(dataSource);
  const feeds = new MarketFeedReader(dataSource);
  const marketClock = new MarketClockReader(feeds, clock);
  const forecasts = new ForecastRepository(dataSource);
  const maker = new ForecastMaker(candles, models);
  const issuer = new ForecastIssuer(maker, feeds, marketClock, forecasts, events, settings);
  const catchUp = () => new ForecastCatchUp(candles, feeds, forecasts, issuer, clock);
  return { models, candles, feeds, marketClock, forecasts, maker, issuer, catchUp };
}
export type Forecasting = Awaited<ReturnType<typeof openForecasting>>;
