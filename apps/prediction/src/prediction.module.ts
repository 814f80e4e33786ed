import { databaseProviders, replicaReadsProvider } from '@btcforecast/platform/database';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { ENV } from '@btcforecast/platform';
import {
  AliasRepository,
  AliasService,
  ChampionSettings,
  ConfiguredChampion,
  DriftDataRepository,
  DriftEvaluator,
  DriftQueries,
  DriftSignalRepository,
  StandingRepository,
  StandingService,
  FeedSettings,
  ForecastCatchUp,
  ForecastIssuer,
  ForecastMaker,
  ForecastPublisher,
  ForecastRepository,
  ModelEvaluationRepository,
  ModelRecords,
  ModelVersionRepository,
  PerformanceRepository,
  PerformanceService,
  PromotionRules,
  ScoreRepository,
} from '@btcforecast/prediction';
import { Module } from '@nestjs/common';
import { BacktestController } from './backtest.controller.js';
import { ForecastController } from './forecast.controller.js';
import { ForecastScheduler } from './forecast.scheduler.js';
import { InferenceController } from './inference.controller.js';
import { inferenceProviders } from './inference.providers.js';
import { journalProviders } from './journal.providers.js';
import { LiveScores } from './live-scores.js';
import { LiveScoreMetrics } from './live-score.metrics.js';
import { PredictionMetrics } from './metrics.js';
import { ModelRefresh } from './model-refresh.js';
import { ModelController } from './model.controller.js';
import { modelStoreProvider } from './model-store.provider.js';
import { ModelWatcher } from './model-watcher.js';
import { registryProviders } from './registry.providers.js';
import { TrackRecordController } from './track-record.controller.js';
import { RecordReads } from './record-reads.js';
import type { PredictionEnv } from './prediction.env.js';

@Module({
  controllers: [
    TrackRecordController,
    ModelController,
    BacktestController,
    ForecastController,
    InferenceController,
  ],
  providers: [
    ...databaseProviders('prediction'),
    replicaReadsProvider('prediction'),
    RecordReads,
    {
      provide: FeedSettings,
      inject: [ENV],
      useFactory: (env: PredictionEnv) =>
        new FeedSettings(env.MARKET_FEED, env.MARKET_SOURCE, env.REGION, env.INSTRUMENTS),
    },
    {
      provide: ChampionSettings,
      inject: [ENV],
      useFactory: (env: PredictionEnv) => new ChampionSettings(env.CHAMPION, env.BASE_MODEL),
    },
    modelStoreProvider,
    AliasRepository,
    ModelEvaluationRepository,
    ConfiguredChampion,
    PromotionRules,
    AliasService,
    ...registryProviders,
    ...inferenceProviders,
    ModelWatcher,
    ModelRefresh,
    CandleReader,
    MarketFeedReader,
    MarketClockReader,
    ForecastRepository,
    ScoreRepository,
    PerformanceRepository,
    ModelVersionRepository,
    ModelRecords,
    ForecastMaker,
    ForecastPublisher,
    ForecastIssuer,
    ForecastCatchUp,
    ...journalProviders,
    StandingRepository,
    StandingService,
    DriftDataRepository,
    DriftSignalRepository,
    DriftEvaluator,
    DriftQueries,
    PerformanceService,
    LiveScoreMetrics,
    PredictionMetrics,
    ForecastScheduler,
    LiveScores,
  ],
})
export class PredictionModule {}
