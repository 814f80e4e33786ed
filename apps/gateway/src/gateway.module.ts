import { Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AlertsModule } from './alerts/alerts.module.js';
import { BacktestController } from './api/backtest.controller.js';
import { ForecastController } from './api/forecast.controller.js';
import { HealthController } from './api/health.controller.js';
import { InstrumentController } from './api/instrument.controller.js';
import { ModelController } from './api/model.controller.js';
import { PerformanceController } from './api/performance.controller.js';
import { TrackRecordController } from './api/track-record.controller.js';
import { AuditModule } from './audit/audit.module.js';
import { Peers } from './http/peers.js';
import { ForecastReplies } from './forecasts/forecast-replies.js';
import { ForecastService } from './forecasts/forecast.service.js';
import { IdempotencyModule } from './http/idempotency.module.js';
import { InferenceModule } from './inference/inference.module.js';
import { LoadModule } from './load/load.module.js';
import { QuotasModule } from './quotas/quotas.module.js';
import { SignaturesModule } from './signatures/signatures.module.js';
import { StreamsModule } from './streams/streams.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

@Module({
  imports: [
    AccessModule,
    AuditModule,
    IdempotencyModule,
    SignaturesModule,
    InferenceModule,
    LoadModule,
    QuotasModule,
    StreamsModule,
    WebhooksModule,
    AlertsModule,
  ],
  controllers: [
    ForecastController,
    InstrumentController,
    PerformanceController,
    ModelController,
    BacktestController,
    TrackRecordController,
    HealthController,
  ],
  providers: [Peers, ForecastService, ForecastReplies],
})
export class GatewayModule {}
