import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { KeyRepository, KeyService } from '@btcforecast/access';
import { createDataSource } from '@btcforecast/database';
import { Clock, ENV, LOGGER, type Logger } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { BacktestController } from './api/backtest.controller.js';
import { ForecastController } from './api/forecast.controller.js';
import { HealthController } from './api/health.controller.js';
import { InstrumentController } from './api/instrument.controller.js';
import { ModelController } from './api/model.controller.js';
import { PerformanceController } from './api/performance.controller.js';
import { TrackRecordController } from './api/track-record.controller.js';
import { ForecastReplies } from './forecasts/forecast-replies.js';
import { ForecastService } from './forecasts/forecast.service.js';
import type { GatewayEnv } from './gateway.env.js';

/** Keys are read by one background question at a time and by newcomers; more connections would idle. */
const POOL_SIZE = 3;

@Module({
  controllers: [
    ForecastController,
    InstrumentController,
    PerformanceController,
    ModelController,
    BacktestController,
    TrackRecordController,
    HealthController,
  ],
  providers: [
    ForecastService,
    ForecastReplies,
    {
      provide: DataSource,
      inject: [ENV],
      useFactory: (env: GatewayEnv) =>
        createDataSource({
          url: env.DATABASE_URL,
          applicationName: 'gateway',
          poolSize: POOL_SIZE,
        }).initialize(),
    },
    {
      provide: KeyService,
      inject: [DataSource, Clock, LOGGER],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger) =>
        new KeyService({ repository: new KeyRepository(dataSource), clock, logger }),
    },
  ],
})
export class GatewayModule implements OnApplicationShutdown {
  constructor(
    @Inject(KeyService) private readonly keys: KeyService,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.keys.close();
    await this.dataSource.destroy();
  }
}
