import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import {
  AlertFeed,
  AlertRepository,
  AlertService,
  AlertTester,
  MeasurementReader,
} from '@btcforecast/notifications';
import { ENV } from '@btcforecast/platform';
import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import { AlertController } from './alert.controller.js';

/** Rules of tenants. They are judged by the worker. */
@Module({
  imports: [DatabaseModule],
  controllers: [AlertController],
  providers: [
    {
      provide: AlertFeed,
      inject: [ENV],
      useFactory: (env: GatewayEnv) => new AlertFeed(env.MARKET_FEED, env.MARKET_SOURCE),
    },
    CandleReader,
    MarketFeedReader,
    MeasurementReader,
    AlertRepository,
    AlertService,
    AlertTester,
  ],
})
export class AlertsModule {}
