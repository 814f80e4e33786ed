import { createDataSource } from '@btcforecast/database';
import { Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PlatformEnv } from '../config/platform.env.js';
import type { ReplicaEnv } from '../config/replica.env.js';
import { ReplicaReads } from '../database/replica-reads.js';
import { HealthRegistry } from '../health/health-registry.js';
import { Closers } from '../lifecycle/closers.js';
import type { Logger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import type { Vault } from '../vault/vault.js';
import { ENV, LOGGER, VAULT } from './tokens.js';

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

/** Of the replica's pool; a balancer may have moved it to another node meanwhile. */
const REPLICA_LIFETIME_SECONDS = 60;

/**
 * What a service lists, beside its `DataSource`, to have the reads that a replica may answer.
 *
 * @param applicationName as of {@link databaseProviders}
 */
export function replicaReadsProvider(applicationName: string): Provider {
  return {
    provide: ReplicaReads,
    inject: [ENV, VAULT, DataSource, Metrics, LOGGER, Closers],
    // One argument for each of the injected: a factory has no other form.
    useFactory: (...[env, vault, primary, metrics, logger, closers]: Injected): ReplicaReads => {
      const { DATABASE_REPLICA_URL: url, DATABASE_REPLICA_MAX_LAG_SECONDS: maxLagSeconds } = env;
      const connection = {
        applicationName,
        maxLifetimeSeconds: REPLICA_LIFETIME_SECONDS,
        login: vault?.login,
      };
      const replica = url === undefined ? undefined : createDataSource({ url, ...connection });
      const reads = new ReplicaReads({ primary, replica, maxLagMs: maxLagSeconds * 1_000, metrics, logger });
      closers.add(() => reads.close());
      return reads;
    },
  };
}

type Injected = [PlatformEnv & ReplicaEnv, Vault | null, DataSource, Metrics, Logger, Closers];
