import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { GapAnnouncer } from './gap-announcer.service.js';

@QueueProcessor('notifications')
export class NotificationsProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('notifications', {
    announce_gap: ({ gapId }) => this.gaps.announce(gapId),
  });

  constructor(
    private readonly gaps: GapAnnouncer,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
