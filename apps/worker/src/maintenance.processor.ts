import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { ScoreService } from '@btcforecast/prediction';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { PartitionService } from './partition.service.js';

@QueueProcessor('maintenance')
export class MaintenanceProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('maintenance', {
    ensure_partitions: () => this.partitions.ensure(),
    void_overdue: ({ feed, instrument }) => this.scores.voidOverdue(feed, instrument),
  });

  constructor(
    private readonly partitions: PartitionService,
    private readonly scores: ScoreService,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
