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

/** Whether two models say the same at all origins, to the last digit: a baseline and the model that hands it on do. */
export function areSameRows(a: readonly ForecastRow[], b: readonly ForecastRow[]): boolean {
  return a === b || a.every((row, at) => row?.flat().join() === b[at]?.flat().join());
}
