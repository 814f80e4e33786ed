import { createRequire } from 'node:module';
import type { BacktestResult } from '@btcforecast/contracts';
import type { BacktestEntity } from '@btcforecast/database';
import { type AppError, Clock, EventBus, LOGGER, toAppError, type Logger } from '@btcforecast/platform';
import { Inject, Injectable } from '@nestjs/common';
import { BacktestData } from './backtest-data.js';
import { StoredBacktestRequest } from './backtest-request.js';
import { BacktestRunner } from './backtest-runner.js';
import { BacktestRepository, type BacktestProgress } from './backtest.repository.js';

/** Written into models that are fitted anew: the code that trained. */
const { version: CODE_VERSION } = createRequire(import.meta.url)('../../package.json') as { version: string };
/** How often progress is written down, and a cancellation looked for. */
const BEAT_MS = 1_000;

export interface BacktestJobResult {
  /** gone: cancelled, or ended by another worker. */
  readonly state: 'done' | 'failed' | 'gone';
}

/** Works off backtests that were asked for. */
@Injectable()
export class BacktestJob {
  constructor(
    private readonly backtests: BacktestRepository,
    private readonly data: BacktestData,
    private readonly runner: BacktestRunner,
    private readonly events: EventBus,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Makes a backtest and records what came of it. One that was begun before starts anew: it is a function of the stored
   * candles, so nothing but time is lost. What cannot succeed is recorded as failed, at once.
   *
   * @param isLastAttempt what passes by itself is recorded as failed, too
   * @throws AppError transient to be tried again; bug after it was recorded
   */
  async run(id: string, { isLastAttempt }: { readonly isLastAttempt: boolean }): Promise<BacktestJobResult> {
    const row = await this.backtests.begin(id, this.clock.now());
    if (!row) return { state: 'gone' };
    await this.#changed(id);
    const abort = new AbortController();
    try {
      const result = await this.#compute(row, abort);
      const isMine = await this.backtests.complete(id, result, this.clock.now());
      return { state: isMine ? 'done' : 'gone' };
    } catch (error) {
      if (abort.signal.aborted) return { state: 'gone' };
      return await this.#failed(id, toAppError(error), isLastAttempt);
    } finally {
      await this.#changed(id);
    }
  }

  async #compute(row: BacktestEntity, abort: AbortController): Promise<BacktestResult> {
    const request = StoredBacktestRequest.parse(row.request);
    const history = await this.data.history(row.feed, request); // first: what is missing is named in one order
    const model = await this.data.model(request);
    const run = { request, history, model, codeVersion: CODE_VERSION };
    const beat = this.#beat(row.id, abort);
    try {
      const onProgress = (progress: BacktestProgress) => (beat.latest = progress);
      return await this.runner.run(run, { onProgress, signal: abort.signal });
    } finally {
      clearInterval(beat.timer);
    }
  }

  /** Writes progress down once a second, and ends the run when the record says that it has ended. */
  #beat(id: string, abort: AbortController) {
    const beat = {
      latest: { share: 0, stage: 'starting' } as BacktestProgress,
      timer: setInterval(() => void write(), BEAT_MS),
    };
    let written: BacktestProgress | undefined;
    const write = async (): Promise<void> => {
      try {
        const isNew = beat.latest !== written;
        written = beat.latest;
        if (!(await this.backtests.advance(id, beat.latest))) abort.abort();
        else if (isNew) await this.#changed(id);
      } catch (error) {
        this.logger.warn({ err: error, id }, 'progress of a backtest not written');
      }
    };
    return beat;
  }

  async #failed(id: string, error: AppError, isLastAttempt: boolean): Promise<BacktestJobResult> {
    if (error.kind === 'transient' && !isLastAttempt) throw error;
    const isBug = error.kind === 'bug';
    const detail = isBug
      ? 'something went wrong on our side; the log of the worker says what'
      : error.message;
    const code = isBug ? 'internal.bug' : error.code;
    await this.backtests.fail(id, { code, detail }, this.clock.now());
    if (error.kind === 'caller') return { state: 'failed' };
    throw error;
  }

  async #changed(id: string): Promise<void> {
    await this.events.publish('backtest.changed', { id });
  }
}
