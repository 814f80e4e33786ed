import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { QuotaService, UsageRepository } from '@btcforecast/access';
import {
  cacheRedisUrl,
  Clock,
  createLeaseStore,
  ENV,
  LOGGER,
  type Logger,
  Metrics,
} from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import { QuotaGate } from './quota-gate.js';
import { UsageController } from './usage.controller.js';
import { UsageService } from './usage.service.js';

/** What tenants may ask, and what they have asked. */
@Module({
  imports: [DatabaseModule],
  controllers: [UsageController],
  providers: [
    {
      provide: QuotaService,
      inject: [DataSource, ENV, Clock, LOGGER, Metrics],
      useFactory: (
        dataSource: DataSource,
        env: GatewayEnv,
        clock: Clock,
        logger: Logger,
        metrics: Metrics,
      ) => {
        const leases = createLeaseStore({ redisUrl: cacheRedisUrl(env), logger, metrics });
        const repository = new UsageRepository(dataSource);
        return new QuotaService({ repository, leases, tiers: env.QUOTA_TIERS, clock, logger, metrics });
      },
    },
    {
      provide: QuotaGate,
      inject: [QuotaService, Metrics],
      useFactory: (quotas: QuotaService, metrics: Metrics) => new QuotaGate(quotas, metrics),
    },
    UsageService,
  ],
  exports: [QuotaGate],
})
export class QuotasModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(QuotaService) private readonly quotas: QuotaService) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.quotas.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.quotas.close();
  }
}
