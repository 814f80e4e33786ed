import type { ModelResult } from '@btcforecast/backtest';

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
