import type { ForecastSet, HorizonScore, RefitSchedule } from '@btcforecast/backtest';

/** What one model did. */
export interface ModelResult {
  /** `har@1`, `har` when it was fitted anew, or the name of a baseline. */
  readonly name: string;
  readonly refit: RefitSchedule;
  readonly forecasts: ForecastSet;
  /** Origins with a candle, but with too little history before it. */
  readonly withoutHistory: number;
  /** Origins inside the model's training span: what it says there proves nothing. */
  readonly inSample: number;
  readonly scores: readonly HorizonScore[];
}

/** What was asked, on which data, and what came of it. A function of the data and the options: no clock, no names of files. */
export interface BacktestResult {
  readonly instrument: string;
  /** First and last asked origin, ms. */
  readonly from: number;
  readonly to: number;
  readonly everyHours: number;
  readonly data: { readonly sha256: string; readonly candles: number };
  /** Origins with a candle. */
  readonly origins: number;
  /** Origins without: no forecast. */
  readonly missing: number;
  readonly models: readonly ModelResult[];
}
