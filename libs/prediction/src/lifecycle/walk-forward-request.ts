import type { ModelStatus } from '@btcforecast/contracts';
import type { HorizonScore } from '@btcforecast/backtest';
import type { HourlyWindow } from '@btcforecast/timeseries';
import type { ModelFiles } from '../models/model-files.js';
import type { Fold } from './walk-forward-folds.js';

/** One side of the comparison. */
export interface Contender extends ModelFiles {
  readonly status: ModelStatus;
}

export interface WalkForwardRequest {
  /** Hourly candles of one venue up to `until`, as long a history as there is. */
  readonly history: HourlyWindow;
  readonly instrument: string;
  readonly codeVersion: string;
  readonly candidate: Contender;
  readonly champion: Contender;
  /** Nothing that closes later is seen; ms, a full hour. */
  readonly until: number;
  readonly months: number;
  readonly everyHours: number;
}

/** Who answered a fold: the version as it is, or its recipe fitted anew at the fold's start. */
export type FoldSource = 'as it is' | 'fitted anew';

export interface WalkedFold extends Fold {
  readonly origins: number;
  /** null: the fold was left out, for the reason given. */
  readonly candidate: FoldSource | null;
  readonly champion: FoldSource | null;
  readonly leftOut: string | null;
}

/** The candidate's loss beside the champion's at one horizon, on origins that both have answered. */
export interface LossComparison {
  readonly horizonHours: number;
  readonly n: number;
  /** Mean pinball loss of the champion, dimensionless. */
  readonly championLoss: number;
  /** Candidate minus champion over the champion's loss: 0.01 is 1 % worse. */
  readonly relative: number;
  /** Ends of its 95 % block-bootstrap interval; null where there are too few blocks for one. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface WalkForwardReport {
  readonly folds: readonly WalkedFold[];
  readonly candidate: readonly HorizonScore[];
  readonly champion: readonly HorizonScore[];
  readonly comparison: readonly LossComparison[];
  /** Mean time of one forecast of the candidate, ms; null when none was made. */
  readonly forecastMs: number | null;
}
