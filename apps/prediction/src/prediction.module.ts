import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { Clock, ENV } from '@btcforecast/platform';
import {
  FeedSettings,
  ForecastCatchUp,
  ForecastIssuer,
  ForecastMaker,
  ForecastQueries,
  ForecastRepository,
  ModelStore,
  ModelVersionRepository,
  PerformanceRepository,
  PerformanceService,
  ScoreRepository,
} from '@btcforecast/prediction';
import { Module } from '@nestjs/common';
import { DatabaseLifecycle, databaseProvider } from './database.provider.js';
import { ForecastController } from './forecast.controller.js';
import { ForecastScheduler } from './forecast.scheduler.js';
import { LiveScores } from './live-scores.js';
import { PredictionMetrics } from './metrics.js';
import type { PredictionEnv } from './prediction.env.js';

@Module({
  controllers: [ForecastController],
  providers: [
    databaseProvider,
    DatabaseLifecycle,
    {
      provide: FeedSettings,
      inject: [ENV],
      useFactory: (env: PredictionEnv) => new FeedSettings(env.MARKET_FEED, env.MARKET_SOURCE, env.REGION),
    },
    {
      provide: ModelStore,
      inject: [ENV, ModelVersionRepository, Clock],
      useFactory: (env: PredictionEnv, versions: ModelVersionRepository, clock: Clock) =>
        ModelStore.open(
          { folder: env.MODELS_DIR, champion: env.CHAMPION, registeredAt: clock.now() },
          versions,
        ),
    },
    CandleReader,
    MarketFeedReader,
    MarketClockReader,
    ForecastRepository,
    ScoreRepository,
    PerformanceRepository,
    ModelVersionRepository,
    ForecastMaker,
    ForecastIssuer,
    ForecastCatchUp,
    ForecastQueries,
    PerformanceService,
    PredictionMetrics,
    ForecastScheduler,
    LiveScores,
  ],
})
export class PredictionModule {}
