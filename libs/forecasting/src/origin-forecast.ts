/** The forecast of all horizons of a model from one origin. */
export interface OriginForecast {
  /** Close time of the last visible candle, ms. */
  readonly origin: number;
  /** Close at the origin. */
  readonly price: number;
  /** Shape [H], in the manifest's order. */
  readonly horizons: readonly HorizonForecast[];
}

export interface HorizonForecast {
  readonly horizonHours: number;
  /** Quantiles of the log return after correction, ascending, shape [L]. */
  readonly quantiles: readonly number[];
  /** Standard deviation of the log return over the horizon, > 0. */
  readonly volatility: number;
  /** Sorting changed something: the graph's quantiles, or the corrected ones, had crossed. */
  readonly sorted: boolean;
  /** All that entered: the graph's inputs for this horizon and the state of its correction; finite. */
  readonly given: readonly number[];
}

/** An origin that no forecast can be made from. */
export interface OriginFailure {
  readonly origin: number;
  readonly reason: string;
}

export function isFailure(one: OriginForecast | OriginFailure): one is OriginFailure {
  return 'reason' in one;
}
