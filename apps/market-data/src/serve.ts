import { bootstrapService } from '@btcforecast/platform';
import { loadMarketDataEnv } from './market-data.env.js';
import { MarketDataModule } from './market-data.module.js';

/** The service, until it is told to stop. */
export async function serve(): Promise<void> {
  await bootstrapService({ name: 'market-data', module: MarketDataModule, env: loadMarketDataEnv() });
}
