import { Clock, EventBus, JobQueues } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { FeedSettings } from '../feed-settings.js';
import { BacktestRepository } from './backtest.repository.js';

/** A run that dies with its process is tried again; what kills it thrice is the run. */
const ATTEMPTS = 3;

/** Gets backtests that were asked for to a worker. */
@Injectable()
export class BacktestQueue {
  constructor(
    private readonly backtests: BacktestRepository,
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: FeedSettings,
  ) {}

  /** Asking again while the job is there does nothing. @throws AppError transient queue.unavailable */
  async enqueue(id: string): Promise<void> {
    const options = { jobId: jobIdOf(id), attempts: ATTEMPTS };
    await this.jobs.add('model_training', 'run_backtest', { id }, options);
  }

  /**
   * Looks after backtests that are open although nobody works on them: a job that was lost is added again, one that was
   * given up is told of in the record.
   *
   * @returns how many of each
   * @throws AppError transient queue.unavailable, database.unavailable
   */
  async recover(): Promise<{ added: number; given: number }> {
    const found = { added: 0, given: 0 };
    const open = await this.backtests.listOpen(this.settings.feed);
    if (open.length === 0) return found;
    const queue = await this.jobs.queue('model_training');
    for (const id of open) {
      const job = await queue.getJob(jobIdOf(id));
      if (!job) {
        await this.enqueue(id);
        found.added += 1;
      } else if (await job.isFailed()) {
        await this.#giveUp(id, job.failedReason);
        found.given += 1;
      }
    }
    return found;
  }

  async #giveUp(id: string, reason: string): Promise<void> {
    const detail = `the run ended without a result, also when it was tried again: ${reason}`;
    await this.backtests.fail(id, { code: 'internal.bug', detail }, this.clock.now());
    await this.events.publish('backtest.changed', { id });
  }
}

/** A UUID holds no colon, as job ids must not. */
function jobIdOf(id: string): string {
  return `run_backtest-${id}`;
}
