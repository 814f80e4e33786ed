import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { createDataSource } from '@btcforecast/database';
import { ENV, VAULT, type Vault } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import type { GatewayEnv } from './gateway.env.js';

/** What is asked at each request is in memory; more connections would idle. */
const POOL_SIZE = 5;

/**
 * The gateway's connections, for every module that imports this one; closed after them. The gateway is ready without
 * its database, so it is no part of its health.
 */
@Module({
  providers: [
    {
      provide: DataSource,
      inject: [ENV, VAULT],
      useFactory: (env: GatewayEnv, vault: Vault | null) =>
        createDataSource({
          url: env.DATABASE_URL,
          applicationName: 'gateway',
          poolSize: POOL_SIZE,
          login: vault?.login,
        }).initialize(),
    },
  ],
  exports: [DataSource],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
