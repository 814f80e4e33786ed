import { Deliverer } from '@btcforecast/notifications';
import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { GapAnnouncer } from './gap-announcer.service.js';

/** Deliveries mostly wait for their receivers, of which each has a few places only; the rest is for the others. */
const CONCURRENCY = 32;

@QueueProcessor('notifications', { concurrency: CONCURRENCY })
export class NotificationsProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('notifications', {
    announce_gap: ({ gapId }) => this.gaps.announce(gapId),
    deliver_webhook: ({ deliveryId }) => this.deliverer.deliver(deliveryId),
  });

  constructor(
    private readonly gaps: GapAnnouncer,
    private readonly deliverer: Deliverer,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
