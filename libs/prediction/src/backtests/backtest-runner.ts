import { fork, type ChildProcess } from 'node:child_process';
import type { BacktestResult } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { InsufficientHistoryError } from '@btcforecast/timeseries';
import type { OnModuleDestroy } from '@nestjs/common';
import type { BacktestMessage, BacktestRun } from './backtest-run.js';
import type { BacktestProgress } from './backtest.repository.js';

/** A year with weekly fits takes about ten minutes. */
const TIMEOUT_MS = 45 * 60_000;
const HEAP_MB = 768;
const PROGRAM = new URL('./backtest.process.js', import.meta.url);

export interface RunOptions {
  readonly onProgress: (progress: BacktestProgress) => void;
  /** Ends the run at once. */
  readonly signal: AbortSignal;
}

/** Makes backtests, each in a process of its own that knows no secret. */
export class BacktestRunner implements OnModuleDestroy {
  readonly #running = new Set<ChildProcess>();

  constructor(private readonly program: URL = PROGRAM) {}

  /**
   * @throws AppError caller forecast.insufficient_history; bug when the run fails otherwise; transient when its process
   *   ends without an answer, is ended, or takes too long
   */
  run(run: BacktestRun, { onProgress, signal }: RunOptions): Promise<BacktestResult> {
    const child = fork(this.program, {
      serialization: 'advanced', // typed arrays stay typed arrays
      execArgv: [`--max-old-space-size=${HEAP_MB}`], // tracing and the like are the parent's
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      signal,
      env: {}, // it needs no secret, and models of users run below it
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return new Promise((resolve, reject) => {
      child.on('message', (message: BacktestMessage) => {
        if (message.kind === 'progress') onProgress(message);
        else if (message.kind === 'result') resolve(message.result);
        else reject(failed(message));
      });
      child.on('error', (error) => reject(ended(`could not go on: ${error.message}`)));
      child.once('exit', (code, how) =>
        reject(ended(how ? `was ended by ${how}` : `ended with code ${code}`)),
      );
      child.send(run, (error) => {
        if (error) reject(ended(`could not be told what to do: ${error.message}`));
      });
    });
  }

  /** A shutdown does not wait: the job fails as transient and runs again later. */
  onModuleDestroy(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

function failed({ name, message, stack }: Extract<BacktestMessage, { kind: 'failure' }>): AppError {
  if (name === InsufficientHistoryError.name) {
    const text = `the backtest cannot be made: ${message}; begin later, or import older candles first`;
    return new AppError('caller', 'forecast.insufficient_history', text);
  }
  if (name === RangeError.name) return new AppError('caller', 'request.invalid', message);
  return new AppError('bug', 'internal.bug', `a backtest failed: ${message}`, {}, { cause: stack });
}

function ended(how: string): AppError {
  return new AppError('transient', 'internal.bug', `the process of a backtest ${how} before it answered`);
}
