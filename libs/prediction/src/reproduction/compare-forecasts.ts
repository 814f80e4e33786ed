import type { ReproductionReply } from '@btcforecast/contracts';

/** What is compared of a forecast of one horizon. */
export interface ComparedForecast {
  readonly id: string;
  /** Log-return quantiles, ascending, shape [L]. */
  readonly quantiles: readonly number[];
  /** Standard deviation of the log return, > 0. */
  readonly volatility: number;
}

export interface Comparison {
  readonly verdict: ReproductionReply['verdict'];
  /** Largest difference of a log-return quantile, in units of the stored volatility. */
  readonly largestDifference: number;
}

/** What another runtime or processor may change at most. */
const CLOSE = 1e-6;

/**
 * Whether a forecast came out again. Bit for bit: the same id, which stands for the same inputs, the same quantiles and
 * the same volatility. Differences are measured against the volatility, since a quantile may be next to zero.
 */
export function compareForecasts(stored: ComparedForecast, recomputed: ComparedForecast): Comparison {
  const differences = stored.quantiles.map((value, l) => Math.abs(value - (recomputed.quantiles[l] ?? NaN)));
  const largestDifference = Math.max(...differences) / stored.volatility;
  const scaleDifference = Math.abs(recomputed.volatility / stored.volatility - 1);
  if (stored.id === recomputed.id && largestDifference === 0 && scaleDifference === 0) {
    return { verdict: 'identical', largestDifference };
  }
  const isClose = largestDifference <= CLOSE && scaleDifference <= CLOSE;
  return { verdict: isClose ? 'close' : 'different', largestDifference };
}
