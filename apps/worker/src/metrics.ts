import { QUEUES, type QueueName } from '@btcforecast/contracts';
import { Clock, JobQueues, Metrics } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** How full the queues are; runs and their times are counted where jobs are run. Asked at each scrape. */
@Injectable()
export class WorkerMetrics {
  constructor(
    metrics: Metrics,
    private readonly jobs: JobQueues,
    private readonly clock: Clock,
  ) {
    metrics.gauge('queue_jobs', 'Jobs in the queue', ['queue', 'state'], async (gauge) => {
      await Promise.all(
        QUEUES.map(async (queue) => {
          const counts = await this.#counts(queue);
          for (const state of STATES) gauge.set({ queue, state }, counts[state] ?? Number.NaN);
        }),
      );
    });
    metrics.gauge(
      'queue_oldest_waiting_seconds',
      'Time since the oldest waiting job was added; 0 when none waits',
      ['queue'],
      async (gauge) => {
        await Promise.all(
          QUEUES.map(async (queue) => gauge.set({ queue }, await this.#oldestWaitingSeconds(queue))),
        );
      },
    );
  }

  async #counts(queue: QueueName): Promise<Record<string, number>> {
    return this.#orNothing(async () => (await this.jobs.queue(queue)).getJobCounts(...STATES), {});
  }

  async #oldestWaitingSeconds(queue: QueueName): Promise<number> {
    return this.#orNothing(async () => {
      const [oldest] = await (await this.jobs.queue(queue)).getJobs(['waiting'], 0, 0, true);
      return oldest ? Math.max(0, this.clock.now() - oldest.timestamp) / 1_000 : 0;
    }, Number.NaN);
  }

  /** A scrape must not fail because the queues are away: that shows in the health check. */
  async #orNothing<T>(question: () => Promise<T>, nothing: T): Promise<T> {
    try {
      return await question();
    } catch {
      return nothing;
    }
  }
}
