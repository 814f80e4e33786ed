import { createDataSource } from '@btcforecast/database';
import { assembleMarketData, IngestSettings, type Exchanges } from '@btcforecast/market-data';
import { Clock, ENV, EventBus, JobQueues, LOGGER, Metrics, type Logger } from '@btcforecast/platform';
import { DAY_MS, HOUR_MS } from '@btcforecast/timeseries';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { createExchanges } from './create-exchanges.js';
import { IngestionLifecycle } from './ingestion.lifecycle.js';
import { MarketDataController } from './market-data.controller.js';
import type { MarketDataEnv } from './market-data.env.js';
import { EXCHANGES, MARKET_DATA } from './tokens.js';

function settingsOf(env: MarketDataEnv): IngestSettings {
  return new IngestSettings(
    { feed: env.MARKET_FEED, source: env.MARKET_SOURCE, instrument: env.MARKET_INSTRUMENT },
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
      inject: [ENV],
      useFactory: (env: MarketDataEnv) =>
        createDataSource({ url: env.DATABASE_URL, applicationName: 'market-data' }).initialize(),
    },
    { provide: EXCHANGES, inject: [ENV], useFactory: createExchanges },
    { provide: IngestSettings, inject: [ENV], useFactory: settingsOf },
    {
      provide: MARKET_DATA,
      inject: [DataSource, IngestSettings, EXCHANGES, Clock, EventBus, JobQueues, Metrics, LOGGER],
      // One argument for each of the injected: a factory has no other form.
      useFactory: (...[dataSource, settings, exchanges, clock, events, jobs, metrics, logger]: Injected) =>
        assembleMarketData({ dataSource, settings, exchanges, clock, events, jobs, metrics, logger }),
    },
    IngestionLifecycle,
  ],
})
export class MarketDataModule {}

type Injected = [DataSource, IngestSettings, Exchanges, Clock, EventBus, JobQueues, Metrics, Logger];
