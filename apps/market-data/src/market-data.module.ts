import { createDataSource } from '@btcforecast/database';
import { assembleMarketData, IngestSettings } from '@btcforecast/market-data';
import {
  Clock,
  ENV,
  EventBus,
  JobQueues,
  LOGGER,
  Metrics,
  ReplicaReads,
  VAULT,
  type Logger,
  type Vault,
} from '@btcforecast/platform';
import { replicaReadsProvider } from '@btcforecast/platform/database';
import { DAY_MS, HOUR_MS } from '@btcforecast/timeseries';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { createExchanges } from './create-exchanges.js';
import { IngestionLifecycle } from './ingestion.lifecycle.js';
import { MarketDataController } from './market-data.controller.js';
import type { MarketDataEnv } from './market-data.env.js';
import { ServedMarkets, type ServedMarket } from './served-markets.js';

function settingsOf(env: MarketDataEnv, instrument: string): IngestSettings {
  return new IngestSettings(
    { feed: env.MARKET_FEED, source: env.MARKET_SOURCE, instrument },
    {
      historyMs: env.HISTORY_DAYS * DAY_MS,
      fineHistoryMs: env.FINE_HISTORY_HOURS * HOUR_MS,
      failoverAfterMs: env.FAILOVER_SECONDS * 1_000,
      failBackAfterMs: env.FAIL_BACK_SECONDS * 1_000,
      crossCheckRatio: env.CROSS_VENUE_LIMIT_PERCENT / 100,
    },
  );
}

@Module({
  controllers: [MarketDataController],
  providers: [
    {
      provide: DataSource,
      inject: [ENV, VAULT],
      useFactory: ({ DATABASE_URL: url }: MarketDataEnv, vault: Vault | null) =>
        createDataSource({ url, applicationName: 'market-data', login: vault?.login }).initialize(),
    },
    {
      provide: ServedMarkets,
      inject: [ENV, DataSource, ReplicaReads, Clock, EventBus, JobQueues, Metrics, LOGGER],
      // One argument for each of the injected: a factory has no other form.
      useFactory: (...[env, dataSource, reads, clock, events, jobs, metrics, logger]: Injected) => {
        const served = env.INSTRUMENTS.map((instrument): ServedMarket => {
          const exchanges = createExchanges(env, instrument);
          const settings = settingsOf(env, instrument);
          const shared = {
            dataSource,
            reads,
            clock,
            events,
            jobs,
            metrics,
            logger: logger.child({ instrument }),
          };
          return {
            instrument,
            exchanges,
            marketData: assembleMarketData({ ...shared, settings, exchanges }),
          };
        });
        return new ServedMarkets(served as [ServedMarket, ...ServedMarket[]]); // the configuration names one
      },
    },
    replicaReadsProvider('market-data'),
    IngestionLifecycle,
  ],
})
export class MarketDataModule {}

type Injected = [MarketDataEnv, DataSource, ReplicaReads, Clock, EventBus, JobQueues, Metrics, Logger];
