import { ensureInstruments } from '@btcforecast/market-data';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HealthRegistry } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { ServedMarkets } from './served-markets.js';

/** Starts ingestion with the service and ends it before the connections are closed. */
@Injectable()
export class IngestionLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    private readonly markets: ServedMarkets,
    private readonly dataSource: DataSource,
    private readonly health: HealthRegistry,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.health.watch('database', async () => {
      await this.dataSource.query('SELECT 1');
    });
    const instruments = this.markets.all.map(({ instrument }) => instrument);
    await ensureInstruments(this.dataSource, instruments);
    for (const { marketData } of this.markets.all) marketData.ingestor.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.markets.all.map(({ marketData }) => marketData.ingestor.stop()));
    await Promise.all(this.markets.all.map(({ exchanges }) => exchanges.close()));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
