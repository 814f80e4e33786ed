import { bootstrapService, loadServiceEnv } from '@btcforecast/platform';
import { MarketDataEnv } from './market-data.env.js';
import { MarketDataModule } from './market-data.module.js';

/** The service, until it is told to stop. */
export async function serve(): Promise<void> {
  const configuration = await loadServiceEnv('market-data', MarketDataEnv);
  await bootstrapService({ name: 'market-data', module: MarketDataModule, ...configuration });
}
