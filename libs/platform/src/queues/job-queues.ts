import type { JobName, JobPayload, QueueName } from '@btcforecast/contracts';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import type { Logger } from '../logging/create-logger.js';
import { closeQueue } from './close-in-time.js';
import type { AddJobOptions } from './create-queue.js';
import type { QueueEnv } from './queue-connection.js';

const ENDING_MS = 500;

/**
 * Adds jobs from anywhere: `constructor(private readonly jobs: JobQueues)`, then
 * `await this.jobs.add('analytics', 'score_due', { feed, instrument, until })`.
 * A queue, and the queue library with it, is loaded when first used, and closed with the process.
 */
export class JobQueues implements OnModuleDestroy {
  readonly #queues = new Map<QueueName, Promise<Queue>>();
  readonly #hurry = new AbortController();

  constructor(
    private readonly env: QueueEnv,
    private readonly logger: Logger,
  ) {}

  /** @throws AppError as addJob of create-queue.ts: bug job.invalid_payload, transient queue.unavailable */
  async add<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    name: J,
    payload: JobPayload<Q, J>,
    options?: AddJobOptions,
  ): Promise<Job> {
    const { addJob } = await loaded();
    return addJob<Q, J>(await this.queue(queue), name, payload, { ...options, hurry: this.#hurry.signal });
  }

  /**
   * Runs a job every `everyMs` milliseconds, in one process of all; asking again changes nothing but the
   * interval and the payload.
   *
   * @throws AppError as add
   */
  async upsertSchedule<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    id: string,
    everyMs: number,
    name: J,
    payload: JobPayload<Q, J>,
  ): Promise<void> {
    const { upsertSchedule } = await loaded();
    await upsertSchedule<Q, J>(
      await this.queue(queue),
      id,
      { everyMs, hurry: this.#hurry.signal },
      name,
      payload,
    );
  }

  /** The queue itself, for counts and boards. */
  queue(name: QueueName): Promise<Queue> {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = loaded().then(({ createQueue }) => createQueue(name, this.env, this.logger));
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Nest says that the process ends: soon after nobody waits any longer for a queue that is away. */
  onModuleDestroy(): void {
    setTimeout(() => this.#hurry.abort(), ENDING_MS).unref();
  }

  async close(): Promise<void> {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    await Promise.all(queues.map(async (queue) => closeQueue(await queue)));
  }
}

const loaded = (): Promise<typeof import('./create-queue.js')> => import('./create-queue.js');
