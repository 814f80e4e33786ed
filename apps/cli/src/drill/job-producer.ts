import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, JobQueues } from '@btcforecast/platform';
import { Gaps } from './ledger.js';

const PAUSE_MS = 10;
const LATER_MS = 3_600_000;

/**
 * Adds jobs one after another with the queue of the product, and remembers which were acknowledged. They are due in an
 * hour, so that no worker takes them away meanwhile.
 */
export class JobProducer {
  readonly gaps = new Gaps();
  readonly acknowledged = new Set<string>();
  requests = 0;
  failed = 0;
  /** Jobs of another run may still be there. */
  readonly #name = `drill-${randomUUID()}`;
  #stopped = false;
  readonly #queues: JobQueues;
  readonly #loop: Promise<void>;

  constructor(redisUrl: string) {
    const env = {
      DATABASE_URL: 'postgres://unused/unused',
      REDIS_URL: redisUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
    };
    this.#queues = new JobQueues(env, createLogger('drill', { level: 'silent' }));
    this.#loop = this.#add();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#queues.close();
  }

  /** How many of those that were acknowledged are not there. */
  async lost(): Promise<number> {
    const queue = await this.#queues.queue('maintenance');
    const there = new Set((await queue.getJobs()).map(({ id }) => id));
    return [...this.acknowledged].filter((id) => !there.has(id)).length;
  }

  async #add(): Promise<void> {
    while (!this.#stopped) {
      const jobId = `drill-${this.#name}-${this.requests++}`;
      try {
        await this.#queues.add('maintenance', 'ensure_partitions', {}, { jobId, delayMs: LATER_MS });
        this.acknowledged.add(jobId);
        this.gaps.answered();
      } catch {
        this.failed++;
      }
      await delay(PAUSE_MS);
    }
  }
}
