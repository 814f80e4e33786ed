import {
  createLiveExchange,
  createSimulatedExchange,
  Exchanges,
  type ExchangePort,
} from '@btcforecast/market-data';
import { AppError } from '@btcforecast/platform';
import type { MarketDataEnv } from './market-data.env.js';

/**
 * The venues of the configured source, for one instrument: each has its own connections, since a venue streams one
 * instrument a connection.
 *
 * @throws AppError caller config.invalid when a replay or demo lacks SIM_URL
 */
export function createExchanges(env: MarketDataEnv, instrument: string): Exchanges {
  const instruments = [instrument];
  const { MARKET_FEED: feed, SIM_URL: url } = env;
  if (env.MARKET_SOURCE === 'live') {
    const live = env.MARKET_VENUES.map(
      (venue) => [venue, (): Promise<ExchangePort> => createLiveExchange(venue, instruments)] as const,
    );
    return new Exchanges(new Map(live));
  }
  if (!url) {
    const message = `SIM_URL is missing: the source ${env.MARKET_SOURCE} needs the address of a simulated exchange`;
    throw new AppError('caller', 'config.invalid', message, { variables: 'SIM_URL' });
  }
  return new Exchanges(new Map([[feed, () => createSimulatedExchange({ url, feed, instruments })]]));
}
