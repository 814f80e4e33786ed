import { createDataSource } from '@btcforecast/database';
import { Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PlatformEnv } from '../config/platform.env.js';
import { HealthRegistry } from '../health/health-registry.js';
import type { Vault } from '../vault/vault.js';
import { ENV, VAULT } from './tokens.js';

/** Reports the database's health while the process runs, and closes the pool last. */
@Injectable()
class DatabaseLifecycle implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    health: HealthRegistry,
  ) {
    // It is away for all at once: gateways that took nothing then could not even answer from memory.
    health.watch('database', async () => {
      await dataSource.query('SELECT 1');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}

/**
 * What a service lists among its providers to have the database: the connected `DataSource` under its class, and its
 * health.
 *
 * @param applicationName shown in pg_stat_activity; the service's name
 */
export function databaseProviders(applicationName: string): Provider[] {
  return [
    {
      provide: DataSource,
      inject: [ENV, VAULT],
      useFactory: (env: PlatformEnv, vault: Vault | null): Promise<DataSource> =>
        createDataSource({ url: env.DATABASE_URL, applicationName, login: vault?.login }).initialize(),
    },
    DatabaseLifecycle,
  ];
}
