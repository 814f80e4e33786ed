import type { BacktestResult } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { InsufficientHistoryError } from '@btcforecast/timeseries';
import type { OnModuleDestroy } from '@nestjs/common';
import { ChildTasks, TaskFailedError, type TaskOptions } from '../child-tasks/child-tasks.js';
import type { BacktestRun } from './backtest-run.js';
import type { BacktestProgress } from './backtest.repository.js';

/** A year with weekly fits takes about ten minutes. */
const TIMEOUT_MS = 45 * 60_000;
const HEAP_MB = 768;
const PROGRAM = new URL('./backtest.process.js', import.meta.url);

/** Makes backtests, each in a process of its own. */
export class BacktestRunner implements OnModuleDestroy {
  readonly #tasks: ChildTasks<BacktestRun, BacktestResult, BacktestProgress>;

  constructor(program: URL = PROGRAM) {
    const what = 'the process of a backtest';
    this.#tasks = new ChildTasks({ what, program, timeoutMs: TIMEOUT_MS, heapMb: HEAP_MB });
  }

  /**
   * @throws AppError caller forecast.insufficient_history, request.invalid; bug when the run fails otherwise; transient
   *   when its process ends without an answer, is ended, or takes too long
   */
  async run(run: BacktestRun, options: Required<TaskOptions<BacktestProgress>>): Promise<BacktestResult> {
    try {
      return await this.#tasks.run(run, options);
    } catch (error) {
      throw error instanceof TaskFailedError ? failed(error) : error;
    }
  }

  /** A shutdown does not wait: the job fails as transient and runs again later. */
  onModuleDestroy(): void {
    this.#tasks.endAll();
  }
}

function failed(error: TaskFailedError): AppError {
  const { failure, message } = error;
  if (failure === InsufficientHistoryError.name) {
    const text = `the backtest cannot be made: ${message}; begin later, or import older candles first`;
    return new AppError('caller', 'forecast.insufficient_history', text);
  }
  if (failure === RangeError.name) return new AppError('caller', 'request.invalid', message);
  return new AppError('bug', 'internal.bug', `a backtest failed: ${message}`, {}, { cause: error });
}
