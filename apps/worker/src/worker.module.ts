import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { ENV, QueuesModule } from '@btcforecast/platform';
import {
  CandidateService,
  CandidateTrainer,
  FeedSettings,
  ModelVersionRepository,
  ScoreRepository,
  ScoreService,
} from '@btcforecast/prediction';
import { Module } from '@nestjs/common';
import { AnalyticsProcessor } from './analytics.processor.js';
import { DataProcessingProcessor } from './data-processing.processor.js';
import { DatabaseLifecycle, databaseProvider } from './database.provider.js';
import { GapAnnouncer } from './gap-announcer.service.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { MaintenanceSchedule } from './maintenance.schedule.js';
import { WorkerMetrics } from './metrics.js';
import { ModelTrainingProcessor } from './model-training.processor.js';
import { NotificationsProcessor } from './notifications.processor.js';
import { PartitionService } from './partition.service.js';
import { ScoreSchedule } from './score.schedule.js';
import type { WorkerEnv } from './worker.env.js';

@Module({
  imports: [QueuesModule.forWorkers()],
  providers: [
    databaseProvider,
    DatabaseLifecycle,
    {
      provide: FeedSettings,
      inject: [ENV],
      useFactory: (env: WorkerEnv) => new FeedSettings(env.MARKET_FEED, env.MARKET_SOURCE, env.REGION),
    },
    CandleReader,
    MarketFeedReader,
    MarketClockReader,
    ScoreRepository,
    ScoreService,
    ModelVersionRepository,
    { provide: CandidateTrainer, useFactory: () => new CandidateTrainer() },
    CandidateService,
    PartitionService,
    GapAnnouncer,
    AnalyticsProcessor,
    DataProcessingProcessor,
    MaintenanceProcessor,
    ModelTrainingProcessor,
    NotificationsProcessor,
    ScoreSchedule,
    MaintenanceSchedule,
    WorkerMetrics,
  ],
})
export class WorkerModule {}
