import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { ScoreService } from '@btcforecast/prediction';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { DriftJob } from './drift-job.service.js';
import { LifecycleJobs } from './lifecycle-jobs.service.js';

/** Scores forecasts whose target has closed, and judges models by their scores. */
@QueueProcessor('analytics')
export class AnalyticsProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('analytics', {
    score_due: ({ feed, instrument, until, since }) => this.scores.scoreDue(feed, instrument, until, since),
    judge_rollout: ({ feed, instrument }) => this.lifecycle.judge(feed, instrument),
    watch_drift: ({ feed, instrument }) => this.drift.run(feed, instrument),
  });

  constructor(
    private readonly scores: ScoreService,
    private readonly lifecycle: LifecycleJobs,
    private readonly drift: DriftJob,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
