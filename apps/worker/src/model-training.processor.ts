import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { BacktestJob, CandidateService } from '@btcforecast/prediction';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { LifecycleJobs } from './lifecycle-jobs.service.js';

@QueueProcessor('model_training')
export class ModelTrainingProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('model_training', {
    fit_candidate: ({ feed, instrument, trainEnd }) => this.candidates.fit(feed, instrument, trainEnd),
    evaluate_candidate: (question, job) => this.lifecycle.evaluate(question, job),
    run_backtest: ({ id }, job) => this.backtests.run(id, { isLastAttempt: isLastAttempt(job) }),
  });

  constructor(
    private readonly candidates: CandidateService,
    private readonly lifecycle: LifecycleJobs,
    private readonly backtests: BacktestJob,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}

function isLastAttempt({ attemptsMade, opts }: Job): boolean {
  return attemptsMade + 1 >= (opts.attempts ?? 1);
}
