import { createDataSource } from '@btcforecast/database';
import { ENV, HealthRegistry } from '@btcforecast/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { WorkerEnv } from './worker.env.js';

export const databaseProvider = {
  provide: DataSource,
  inject: [ENV],
  useFactory: (env: WorkerEnv): Promise<DataSource> =>
    createDataSource({ url: env.DATABASE_URL, applicationName: 'worker' }).initialize(),
};

/** Reports the database's health while the process runs, and closes the pool last. */
@Injectable()
export class DatabaseLifecycle implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    health: HealthRegistry,
  ) {
    health.add('database', async () => {
      await dataSource.query('SELECT 1');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
