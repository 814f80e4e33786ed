import { databaseProviders } from '@btcforecast/platform/database';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { ENV, QueuesModule, VAULT, type Vault } from '@btcforecast/platform';
import {
  AliasRepository,
  CandidateService,
  CandidateTrainer,
  FeedSettings,
  ModelEvaluationRepository,
  ModelVersionRepository,
  RegistryService,
  ScoreRepository,
  ScoreService,
  technicalCheckProvider,
  trackRecordKeys,
  TrackRecordService,
} from '@btcforecast/prediction';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccessUpkeepSchedule } from './access-upkeep.schedule.js';
import { AccessUpkeep } from './access-upkeep.service.js';
import { AnalyticsProcessor } from './analytics.processor.js';
import { backtestProviders } from './backtest.providers.js';
import { DataProcessingProcessor } from './data-processing.processor.js';
import { driftProviders } from './drift.providers.js';
import { GapAnnouncer } from './gap-announcer.service.js';
import { lifecycleProviders } from './lifecycle.providers.js';
import { MaintenanceProcessor } from './maintenance.processor.js';
import { MaintenanceSchedule } from './maintenance.schedule.js';
import { WorkerMetrics } from './metrics.js';
import { MirrorSchedule } from './mirror.schedule.js';
import { mlflowMirrorProvider } from './mlflow-mirror.provider.js';
import { ModelTrainingProcessor } from './model-training.processor.js';
import { NotificationsProcessor } from './notifications.processor.js';
import { notificationsProviders } from './notifications.providers.js';
import { PartitionService } from './partition.service.js';
import { ScoreSchedule } from './score.schedule.js';
import { TrackRecordMetrics } from './track-record.metrics.js';
import { TrackRecordSchedule } from './track-record.schedule.js';
import type { WorkerEnv } from './worker.env.js';

@Module({
  imports: [QueuesModule.forWorkers()],
  providers: [
    ...databaseProviders('worker'),
    {
      provide: FeedSettings,
      inject: [ENV],
      useFactory: (env: WorkerEnv) =>
        new FeedSettings(env.MARKET_FEED, env.MARKET_SOURCE, env.REGION, env.INSTRUMENTS),
    },
    CandleReader,
    MarketFeedReader,
    MarketClockReader,
    ScoreRepository,
    ScoreService,
    ModelVersionRepository,
    ModelEvaluationRepository,
    AliasRepository,
    technicalCheckProvider,
    RegistryService,
    mlflowMirrorProvider,
    { provide: CandidateTrainer, useFactory: () => new CandidateTrainer() },
    CandidateService,
    {
      provide: TrackRecordService,
      inject: [DataSource, ENV, VAULT],
      useFactory: (dataSource: DataSource, env: WorkerEnv, vault: Vault | null) =>
        new TrackRecordService(dataSource, trackRecordKeys(env, vault ?? undefined)),
    },
    ...lifecycleProviders,
    ...driftProviders,
    ...backtestProviders,
    AccessUpkeep,
    AccessUpkeepSchedule,
    ...notificationsProviders,
    PartitionService,
    GapAnnouncer,
    AnalyticsProcessor,
    DataProcessingProcessor,
    MaintenanceProcessor,
    ModelTrainingProcessor,
    NotificationsProcessor,
    ScoreSchedule,
    MaintenanceSchedule,
    MirrorSchedule,
    WorkerMetrics,
    TrackRecordSchedule,
    TrackRecordMetrics,
  ],
})
export class WorkerModule {}
