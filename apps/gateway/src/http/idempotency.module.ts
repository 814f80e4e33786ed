import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotencyKeys, IdempotencyRepository } from '@btcforecast/access';
import { LOGGER, type Logger } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { DatabaseModule } from '../database.module.js';

/** What is known of requests that came with an Idempotency-Key. */
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: IdempotencyKeys,
      inject: [DataSource, LOGGER],
      useFactory: (dataSource: DataSource, logger: Logger) =>
        new IdempotencyKeys(new IdempotencyRepository(dataSource), logger),
    },
  ],
})
export class IdempotencyModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(IdempotencyKeys) private readonly keys: IdempotencyKeys) {}

  onApplicationBootstrap(): void {
    this.keys.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.keys.close();
  }
}
