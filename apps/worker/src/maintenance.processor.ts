import { jobHandlers, JobRunner, QueueProcessor, type ProcessesJobs } from '@btcforecast/platform';
import { MlflowMirror, ScoreService, TrackRecordService } from '@btcforecast/prediction';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { AccessUpkeep } from './access-upkeep.service.js';
import { PartitionService } from './partition.service.js';

@QueueProcessor('maintenance')
export class MaintenanceProcessor extends WorkerHost implements ProcessesJobs {
  readonly handlers = jobHandlers('maintenance', {
    ensure_partitions: () => this.partitions.ensure(),
    void_overdue: ({ feed, instrument }) => this.scores.voidOverdue(feed, instrument),
    extend_track_record: () => this.record.extend(),
    prune_idempotency_keys: () => this.access.pruneIdempotencyKeys(),
    audit_model_moves: () => this.access.auditModelMoves(),
    mirror_model: ({ name, version }) => this.mirror.mirror(name, version),
  });

  constructor(
    private readonly partitions: PartitionService,
    private readonly scores: ScoreService,
    private readonly record: TrackRecordService,
    private readonly mirror: MlflowMirror,
    private readonly access: AccessUpkeep,
    private readonly runner: JobRunner,
  ) {
    super();
  }

  process(job: Job): Promise<unknown> {
    return this.runner.run(this.handlers, job);
  }
}
