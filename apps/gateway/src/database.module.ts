import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { createDataSource } from '@btcforecast/database';
import { ENV, VAULT, type Vault } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import type { GatewayEnv } from './gateway.env.js';

/**
 * What is asked at each request is in memory, so one or two are in use. After a failover all that waited in the
 * background asks at once, over connections that are made anew, and requests shall not stand in line behind it.
 */
const POOL_SIZE = 10;

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
