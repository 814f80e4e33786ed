/**
 * What a model says at one origin: log-return quantiles, shape [H][L], ascending in L. Null where the origin has too
 * little history before it.
 */
export type ForecastRow = readonly (readonly number[])[] | null;

/** The answers of one model to all origins of a backtest. */
export interface ForecastSet {
  /** One per origin, in their order. */
  readonly rows: readonly ForecastRow[];
  /** Forecasts whose quantiles had crossed before they were sorted. */
  readonly crossed: number;
}
