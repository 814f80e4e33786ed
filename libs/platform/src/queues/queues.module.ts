import type { DynamicModule } from '@nestjs/common';
import type { JobHandlers } from './job-handlers.js';

/** What a processor class looks like; see {@link QueuesModule}. */
export interface ProcessesJobs {
  readonly handlers: JobHandlers;
}

/**
 * Runs jobs in a Nest app: one class for each queue, all jobs of the queue in it.
 *
 * ```ts
 * @QueueProcessor('analytics', { concurrency: 2 })
 * export class AnalyticsProcessor extends WorkerHost implements ProcessesJobs {
 *   readonly handlers = jobHandlers('analytics', {
 *     score_due: (payload) => this.scoring.scoreDue(payload),
 *   });
 *   constructor(private readonly scoring: ScoringService, private readonly runner: JobRunner) { super(); }
 *   process(job: Job) { return this.runner.run(this.handlers, job); }
 * }
 *
 * @Module({ imports: [QueuesModule.forWorkers()], providers: [AnalyticsProcessor, ...] })
 * ```
 *
 * The app refuses to start unless every job of contracts has exactly one handler. At shutdown running jobs are
 * finished before anything else is closed. Jobs are added through JobQueues, which needs no import.
 */
export class QueuesModule {
  static async forWorkers(): Promise<DynamicModule> {
    const { QueueWorkersModule } = await import('./queue-workers.module.js');
    return QueueWorkersModule.create();
  }
}
