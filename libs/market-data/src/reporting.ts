import type { Logger } from '@btcforecast/platform';
import type { MarketDataMetrics } from './market-data.metrics.js';

/** Where market data reports to: nearly everything here needs both. */
export interface Reporting {
  readonly logger: Logger;
  readonly metrics: MarketDataMetrics;
}
