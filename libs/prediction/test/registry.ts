import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { ModelVersionRepository } from '../src/models/model-version.repository.js';
import { ModelEvaluationRepository } from '../src/registry/model-evaluation.repository.js';
import { RegistryService } from '../src/registry/registry.service.js';
import { TechnicalCheck, type TechnicalCheckOptions } from '../src/registry/technical-check.js';
import type { TestMarket } from './market.js';

/** The door into the registry over a test market. */
export function openRegistry(market: TestMarket, options: TechnicalCheckOptions = {}): RegistryService {
  const { dataSource, events, clock } = market;
  return new RegistryService(
    new ModelVersionRepository(dataSource),
    new ModelEvaluationRepository(dataSource),
    new TechnicalCheck(options),
    events,
    new MarketClockReader(new MarketFeedReader(dataSource), clock),
    clock,
  );
}
