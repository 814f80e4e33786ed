import type { HourlyWindow } from '@btcforecast/timeseries';
import type { RegisteredFiles } from '../models/model-version.repository.js';
import type { StoredBacktestRequest } from './backtest-request.js';

/** All that a run needs: it reads nothing by itself. */
export interface BacktestRun {
  readonly request: StoredBacktestRequest;
  /** Hourly candles of one venue, outcomes included. */
  readonly history: HourlyWindow;
  readonly model: RegisteredFiles;
  /** Written into models that are fitted anew. */
  readonly codeVersion: string;
}
