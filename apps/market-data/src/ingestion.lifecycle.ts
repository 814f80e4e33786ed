import type { Exchanges, MarketData } from '@btcforecast/market-data';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HealthRegistry } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { EXCHANGES, MARKET_DATA } from './tokens.js';

/** Starts ingestion with the service and ends it before the connections are closed. */
@Injectable()
export class IngestionLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    @Inject(MARKET_DATA) private readonly marketData: MarketData,
    @Inject(EXCHANGES) private readonly exchanges: Exchanges,
    private readonly dataSource: DataSource,
    private readonly health: HealthRegistry,
  ) {}

  onApplicationBootstrap(): void {
    this.health.add('database', async () => {
      await this.dataSource.query('SELECT 1');
    });
    this.marketData.ingestor.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.marketData.ingestor.stop();
    await this.exchanges.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
