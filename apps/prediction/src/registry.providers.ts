import {
  BacktestQueue,
  BacktestRepository,
  BacktestService,
  BacktestSubjects,
  CurrentAliases,
  ModelQueries,
  RegistryService,
  ReproductionService,
  technicalCheckProvider,
} from '@btcforecast/prediction';
import type { Provider } from '@nestjs/common';

/** What answers about models, takes them in, computes forecasts anew, and takes orders for backtests. */
export const registryProviders: Provider[] = [
  technicalCheckProvider,
  RegistryService,
  CurrentAliases,
  ModelQueries,
  ReproductionService,
  BacktestRepository,
  BacktestSubjects,
  BacktestQueue,
  BacktestService,
];
