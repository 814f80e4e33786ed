import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { ScoreService } from '@btcforecast/prediction';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';

/** Scores forecasts whose target has closed. */
@QueueProcessor('analytics')
export class AnalyticsProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('analytics', {
    score_due: ({ feed, instrument, until, since }) => this.scores.scoreDue(feed, instrument, until, since),
  });

  constructor(
    private readonly scores: ScoreService,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
