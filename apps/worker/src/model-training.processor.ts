import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { CandidateService } from '@btcforecast/prediction';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';

@QueueProcessor('model_training')
export class ModelTrainingProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('model_training', {
    fit_candidate: ({ feed, instrument, trainEnd }) => this.candidates.fit(feed, instrument, trainEnd),
  });

  constructor(
    private readonly candidates: CandidateService,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
