import { JOBS, type JobName, type JobPayload, QUEUES, type QueueName } from '@btcforecast/contracts';
import type { Job } from 'bullmq';
import { AppError } from '../errors/app-error.js';

export type JobHandler<Q extends QueueName, J extends JobName<Q>> = (
  payload: JobPayload<Q, J>,
  job: Job,
) => Promise<unknown>;

/** One handler for each job of the queue: a missing or a surplus one does not compile. */
export type HandlersOf<Q extends QueueName> = { readonly [J in JobName<Q>]: JobHandler<Q, J> };

export interface JobHandlers {
  readonly queue: QueueName;
  readonly handlers: Readonly<Record<string, (payload: never, job: Job) => Promise<unknown>>>;
}

/** The handlers of one queue, by the names of its jobs in contracts. */
export function jobHandlers<Q extends QueueName>(queue: Q, handlers: HandlersOf<Q>): JobHandlers {
  return { queue, handlers: handlers as unknown as JobHandlers['handlers'] };
}

/**
 * Refuses to start half a worker.
 *
 * @throws AppError bug when a job of contracts has no handler, or two, or a handler has no job
 */
export function assertHandlersComplete(all: readonly JobHandlers[]): void {
  const problems: string[] = [];
  for (const queue of QUEUES) {
    const given = all.filter((one) => one.queue === queue).flatMap((one) => Object.keys(one.handlers));
    const wanted = Object.keys(JOBS[queue]);
    for (const job of wanted) {
      const count = given.filter((name) => name === job).length;
      if (count !== 1) problems.push(`${queue}/${job} has ${count} handlers`);
    }
    for (const job of new Set(given)) {
      if (!wanted.includes(job)) problems.push(`${queue}/${job} is not a job of contracts`);
    }
  }
  if (problems.length > 0) {
    throw new AppError('bug', 'internal.bug', `the worker is incomplete: ${problems.join('; ')}`);
  }
}
