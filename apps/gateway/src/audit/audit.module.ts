import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AuditLog, AuditQueries, AuditRepository } from '@btcforecast/access';
import { Clock, LOGGER, type Logger, Metrics } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { DatabaseModule } from '../database.module.js';
import { AuditController } from './audit.controller.js';

/** Who did what. Whatever does not come in by HTTP asks for `AuditLog` itself. */
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: AuditLog,
      inject: [DataSource, Clock, LOGGER, Metrics],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger, metrics: Metrics) =>
        new AuditLog({ repository: new AuditRepository(dataSource), clock, logger, metrics }),
    },
    {
      provide: AuditQueries,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new AuditQueries(dataSource),
    },
  ],
  controllers: [AuditController],
  exports: [AuditLog],
})
export class AuditModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(AuditLog) private readonly log: AuditLog) {}

  onApplicationBootstrap(): void {
    this.log.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.log.close();
  }
}
