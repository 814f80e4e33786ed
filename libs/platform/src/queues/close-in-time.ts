import type { Queue, Worker } from 'bullmq';
import type { Logger } from '../logging/create-logger.js';
import { within } from '../lifecycle/within.js';
import type { JobRunner } from './job-runner.js';

/** How long jobs that run may take at shutdown; a process is given fifteen seconds in all. */
const FINISH_JOBS_MS = 5_000;
/** To store how a job ended, and to say goodbye to where queues live. */
const GOODBYE_MS = 1_000;

/**
 * Takes no new job and waits for those that run. A job that takes longer is left: once its lock expires another worker
 * takes it over. BullMQ by itself would wait for it, and for a Redis that is away, for ever.
 */
export async function closeWorker(worker: Worker, runner: JobRunner, logger: Logger): Promise<void> {
  const closed = worker.close();
  await within(FINISH_JOBS_MS, Promise.race([closed, runner.whenEnded()]));
  if (await within(GOODBYE_MS, closed)) return;
  logger.warn({ queue: worker.name }, 'left what a worker had begun: its job or its queue gives no answer');
  await within(GOODBYE_MS, worker.disconnect());
  // Nest's module closes every worker once more, which would wait for the same.
  worker.close = () => Promise.resolve();
}

/** Says goodbye to where the queue lives, unless that is away. */
export async function closeQueue(queue: Queue): Promise<void> {
  if (await within(GOODBYE_MS, queue.close())) return;
  await within(GOODBYE_MS, queue.disconnect());
}
