import { JOBS, type QueueName } from '@btcforecast/contracts';
import type { Job } from 'bullmq';
import type { Counter } from 'prom-client';
import type { z } from 'zod';
import { AppError, toAppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { TalliedHistogram } from '../metrics/tallied-histogram.js';
import { sampledTraceId } from '../tracing/spans.js';
import type { JobHandlers } from './job-handlers.js';

const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

/**
 * Runs a job by its handler: parses the payload, measures, logs one line, and turns errors into what the
 * queue understands. Transient errors are retried with growing pauses; caller errors, bugs and malformed
 * payloads fail at once and are not retried.
 */
export class JobRunner {
  readonly #ended: Counter<'queue' | 'job' | 'outcome'>;
  readonly #durations: TalliedHistogram<'queue' | 'job'>;
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.#ended = metrics.counter('queue_jobs_total', 'Attempts to run a job', ['queue', 'job', 'outcome']);
    this.#durations = metrics.tallied('queue_job_duration_seconds', 'Time to run a job', DURATION_BUCKETS);
  }

  async run(handlers: JobHandlers, job: Job): Promise<unknown> {
    const running = this.#run(handlers, job);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Resolves when those jobs have ended, well or not, that run now. */
  async whenEnded(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #run(handlers: JobHandlers, job: Job): Promise<unknown> {
    const known = Object.hasOwn(handlers.handlers, job.name);
    const labels = { queue: handlers.queue, job: known ? job.name : 'unknown' };
    const fields = { queue: handlers.queue, job: job.name, id: job.id, attempt: job.attemptsMade + 1 };
    const stop = this.#timer(labels);
    try {
      const result = await callHandler(handlers, job);
      const seconds = stop();
      this.#ended.inc({ ...labels, outcome: 'ok' });
      this.logger.info({ ...fields, ms: Math.round(seconds * 1_000) }, 'job done');
      return result;
    } catch (error) {
      stop();
      const cause = toAppError(error);
      this.#ended.inc({ ...labels, outcome: cause.kind });
      this.#report(cause, error, fields);
      throw await forTheQueue(cause);
    }
  }

  /** @returns what ends it and gives the seconds that it took */
  #timer(labels: { readonly queue: string; readonly job: string }): () => number {
    const start = performance.now();
    return () => {
      const seconds = (performance.now() - start) / 1_000;
      this.#durations.tally(labels).observe(seconds, sampledTraceId());
      return seconds;
    };
  }

  #report(cause: AppError, error: unknown, fields: object): void {
    if (cause.kind === 'bug') this.logger.error({ ...fields, err: error }, 'job failed');
    else if (cause.kind === 'transient')
      this.logger.warn({ ...fields, err: error }, 'job failed, to be retried');
    else this.logger.info({ ...fields, code: cause.code, reason: cause.message }, 'job refused');
  }
}

async function callHandler({ queue, handlers }: JobHandlers, job: Job): Promise<unknown> {
  const handler = Object.hasOwn(handlers, job.name) ? handlers[job.name] : undefined;
  const schema = schemaOf(queue, job.name);
  if (!handler || !schema) {
    throw new AppError('bug', 'job.invalid_payload', `no job ${job.name} is known in queue ${queue}`);
  }
  const payload = schema.safeParse(job.data);
  if (!payload.success) {
    const issue = payload.error.issues[0];
    const where = `${queue}/${job.name}: ${issue?.path.join('.')}`;
    throw new AppError('bug', 'job.invalid_payload', `payload of ${where}: ${issue?.message}`);
  }
  return handler(payload.data as never, job);
}

function schemaOf(queue: QueueName, job: string): z.ZodType | undefined {
  const jobs: Record<string, z.ZodType> = JOBS[queue];
  return Object.hasOwn(jobs, job) ? jobs[job] : undefined;
}

async function forTheQueue(cause: AppError): Promise<Error> {
  if (cause.kind === 'transient') return cause;
  const { UnrecoverableError } = await import('bullmq');
  return new UnrecoverableError(`${cause.code}: ${cause.message}`);
}
