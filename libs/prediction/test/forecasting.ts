import { join } from 'node:path';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { repositoryRoot } from '@btcforecast/testing';
import { FeedSettings } from '../src/feed-settings.js';
import { ForecastCatchUp } from '../src/forecasts/forecast-catch-up.service.js';
import { ForecastIssuer } from '../src/forecasts/forecast-issuer.service.js';
import { ForecastMaker } from '../src/forecasts/forecast-maker.service.js';
import { ForecastPublisher } from '../src/forecasts/forecast-publisher.service.js';
import { ForecastRepository } from '../src/forecasts/forecast.repository.js';
import { ChampionSettings } from '../src/models/champion-settings.js';
import type { ModelReference } from '../src/models/model-files.js';
import { ModelRecords } from '../src/models/model-records.js';
import { ModelStore, type ModelStoreOptions } from '../src/models/model-store.js';
import { ModelVersionRepository } from '../src/models/model-version.repository.js';
import type { ModelWatch } from '../src/models/model-watch.js';
import { AliasRepository } from '../src/registry/alias.repository.js';
import { ModelEvaluationRepository } from '../src/registry/model-evaluation.repository.js';
import { openModel } from '../src/registry/open-model.js';
import { INSTRUMENT, type TestMarket } from './market.js';

export const shippedModels = join(repositoryRoot, 'models');

export interface ForecastingOptions {
  /** Default: the shipped ones. */
  readonly folder?: string;
  readonly champion?: string;
  readonly base?: string;
  readonly watch?: Partial<ModelWatch>;
  readonly open?: ModelStoreOptions['open'];
}

/** The model store of a feed over a test market. */
export function openStore(
  { dataSource, clock }: TestMarket,
  feed: string,
  { folder = shippedModels, champion = 'har@1', base, watch = {}, open }: ForecastingOptions = {},
): Promise<ModelStore> {
  const ignore = () => {};
  return ModelStore.open(
    {
      feed,
      instruments: [INSTRUMENT],
      folder,
      settings: new ChampionSettings(champion, base),
      open: open ?? ((files) => openModel(files, files.status)),
      watch: { failed: ignore, swapped: ignore, assigned: ignore, ...watch },
    },
    new ModelRecords(
      new ModelVersionRepository(dataSource),
      new AliasRepository(dataSource),
      new ModelEvaluationRepository(dataSource),
      clock,
    ),
  );
}

/** What prediction consists of, put together by hand over a test market. */
export async function openForecasting(
  market: TestMarket,
  settings: FeedSettings,
  options: ForecastingOptions = {},
) {
  const { dataSource, clock, events } = market;
  const models = await openStore(market, settings.feed, options);
  const candles = new CandleReader(dataSource);
  const feeds = new MarketFeedReader(dataSource);
  const marketClock = new MarketClockReader(feeds, clock);
  const forecasts = new ForecastRepository(dataSource);
  const maker = new ForecastMaker(candles);
  const publisher = new ForecastPublisher(marketClock, forecasts, events, settings);
  const issuer = new ForecastIssuer(maker, models, feeds, publisher);
  const catchUp = () => new ForecastCatchUp(candles, feeds, forecasts, issuer, clock);
  /** What a model says at some origins of a venue. */
  const make = (
    { venue, origins }: { venue: string; origins: readonly number[] },
    model: ModelReference = { name: 'har', version: 1 },
  ) =>
    models.use(model, async (loaded) => {
      const question = { instrument: INSTRUMENT, venue, origins, manifests: [loaded.manifest] };
      return maker.make(loaded, await maker.readWindow(question));
    });
  return { models, candles, feeds, marketClock, forecasts, maker, make, issuer, catchUp };
}
export type Forecasting = Awaited<ReturnType<typeof openForecasting>>;
