import { Worker, type WorkerOptions } from 'bullmq';
import type { QueueName } from '@btcforecast/contracts';
import type { Logger } from '../logging/create-logger.js';
import type { JobHandlers } from './job-handlers.js';
import type { JobRunner } from './job-runner.js';
import { queueConnection, type QueueEnv } from './queue-connection.js';
import type { QueueWorkerOptions } from './queue-processor.decorator.js';

/** Fitting a model may keep the thread busy for a minute; the lock must survive that. */
const LOCK_MS: Readonly<Record<QueueName, number>> = {
  model_training: 300_000,
  data_processing: 60_000,
  notifications: 30_000,
  analytics: 30_000,
  maintenance: 60_000,
};
/** A job whose process died is started again this often at most, then it fails: it may be what kills. */
const MAX_STALLED = 3;
const RETRY_CONNECTION_MS = 1_000;

/** What every worker of a queue is made with. */
export function workerOptions(
  queue: QueueName,
  options: QueueWorkerOptions = {},
): Omit<WorkerOptions, 'connection'> {
  const lockDuration = options.lockDurationMs ?? LOCK_MS[queue];
  return {
    concurrency: options.concurrency ?? 1,
    lockDuration,
    stalledInterval: Math.min(lockDuration, 30_000),
    maxStalledCount: MAX_STALLED,
    runRetryDelay: RETRY_CONNECTION_MS,
  };
}

export interface CreateWorkerOptions extends QueueWorkerOptions {
  readonly runner: JobRunner;
  readonly logger: Logger;
}

/** A worker outside Nest. `close()` waits for the jobs that run. */
export function createWorker(handlers: JobHandlers, env: QueueEnv, options: CreateWorkerOptions): Worker {
  const { backend, options: connection } = queueConnection(env, 'worker');
  const worker = new Worker(
    handlers.queue,
    (job) => options.runner.run(handlers, job),
    { ...connection, ...workerOptions(handlers.queue, options) },
    backend,
  );
  watchWorker(worker, options.logger);
  return worker;
}

/** Connection trouble heals by itself; a stalled job means that a process died or hung. */
export function watchWorker(worker: Worker, logger: Logger, onStalled?: () => void): void {
  worker.on('error', (error) => logger.warn({ queue: worker.name, err: error }, 'queue worker failed'));
  worker.on('stalled', (id) => {
    onStalled?.();
    logger.warn({ queue: worker.name, id }, 'job taken over: its process was gone');
  });
}
