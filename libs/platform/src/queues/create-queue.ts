import { JOBS, type JobName, type JobPayload, type QueueName } from '@btcforecast/contracts';
import { type Job, type JobsOptions, Queue } from 'bullmq';
import type { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import { queueConnection, type QueueEnv } from './queue-connection.js';

export interface AddJobOptions {
  /** Blocks a second job of the same id while the first still exists; no colon, not digits only. */
  readonly jobId?: string;
  /** Milliseconds before the job may run. */
  readonly delayMs?: number;
  /** How often a job that fails with a transient error is tried in all; default 10, over about 10 minutes. */
  readonly attempts?: number;
  /** First pause before a retry; it doubles each time, up to a half of it random; default 1000. */
  readonly backoffMs?: number;
  /** Once aborted, nobody waits any longer for a queue that is away. */
  readonly hurry?: AbortSignal;
}

export interface ScheduleOptions {
  readonly everyMs: number;
  /** As of {@link AddJobOptions}. */
  readonly hurry?: AbortSignal;
}

const DAY_SECONDS = 86_400;
const ATTEMPTS = 10;
const BACKOFF_MS = 1_000;
const ADD_TIMEOUT_MS = 5_000;
const HURRIED_MS = 500;
/** Of BullMQ's own event stream, which only boards read. */
const EVENTS_KEPT = 1_000;

/** Kept long enough to be looked at, never without bound. Evaluated whenever a job of the queue ends. */
const RETENTION = {
  removeOnComplete: { age: DAY_SECONDS, count: 1_000 },
  removeOnFail: { age: 7 * DAY_SECONDS, count: 5_000 },
} as const;

/** A queue to add jobs to. It connects by itself, and again after each loss; close it at the end. */
export function createQueue(name: QueueName, env: QueueEnv, logger: Logger): Queue {
  const { backend, options } = queueConnection(env, 'producer');
  const queue = new Queue(
    name,
    {
      ...options,
      streams: { events: { maxLen: EVENTS_KEPT } },
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS, jitter: 0.5 },
        ...RETENTION,
      },
    },
    backend,
  );
  queue.on('error', (error) => logger.warn({ queue: name, err: error }, 'queue connection failed'));
  return queue;
}

/**
 * Adds a job; resolves when it is stored.
 *
 * @throws AppError bug job.invalid_payload when the payload breaks its schema or the job id its rules;
 *   transient queue.unavailable when the job cannot be stored within five seconds (it may still be, later:
 *   every job can run twice without harm)
 */
export async function addJob<Q extends QueueName, J extends JobName<Q>>(
  queue: Queue,
  name: J,
  payload: JobPayload<Q, J>,
  options: AddJobOptions = {},
): Promise<Job> {
  const checked = checkedPayload(queue.name as QueueName, name, payload);
  return stored(queue, queue.add(name, checked, jobOptions(options)), options.hurry);
}

/**
 * Runs a job every `everyMs` milliseconds from now on, in one process of all; asking again changes nothing but
 * the interval and the payload.
 *
 * @throws AppError as {@link addJob}
 */
export async function upsertSchedule<Q extends QueueName, J extends JobName<Q>>(
  queue: Queue,
  id: string,
  { everyMs, hurry }: ScheduleOptions,
  name: J,
  payload: JobPayload<Q, J>,
): Promise<void> {
  const data = checkedPayload(queue.name as QueueName, name, payload);
  await stored(queue, queue.upsertJobScheduler(id, { every: everyMs }, { name, data }), hurry);
}

function checkedPayload(queue: QueueName, name: string, payload: unknown): object {
  const schema = (JOBS[queue] as Record<string, z.ZodType<object>>)[name];
  if (!schema) throw invalid(`queue ${queue} has no job ${name}; name it in contracts`);
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`payload of ${queue}/${name}: ${issue?.path.join('.')}: ${issue?.message}`);
}

function jobOptions(options: AddJobOptions): JobsOptions {
  const { jobId, delayMs, attempts, backoffMs } = options;
  if (jobId !== undefined && (jobId.includes(':') || /^\d*$/.test(jobId))) {
    throw invalid(`job id ${JSON.stringify(jobId)} must hold no colon and not be digits only`);
  }
  return {
    ...(jobId === undefined ? {} : { jobId }),
    ...(delayMs === undefined ? {} : { delay: delayMs }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(backoffMs === undefined
      ? {}
      : { backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 } as const }),
  };
}

function invalid(message: string): AppError {
  return new AppError('bug', 'job.invalid_payload', message);
}

/** BullMQ waits for its first connection without end; whoever adds a job does not. */
async function stored<T>(queue: Queue, work: Promise<T>, hurry?: AbortSignal): Promise<T> {
  const over = new AbortController();
  const timeout = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(new Error('not stored in time'));
    const timer = setTimeout(refuse, hurry?.aborted ? HURRIED_MS : ADD_TIMEOUT_MS);
    hurry?.addEventListener('abort', refuse, { signal: over.signal });
    over.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    return await Promise.race([work, timeout]);
  } catch (error) {
    const message = `queue ${queue.name} is away: ${(error as Error).message}; try again`;
    throw new AppError('transient', 'queue.unavailable', message, { queue: queue.name }, { cause: error });
  } finally {
    over.abort();
  }
}
