import { setTimeout as delay } from 'node:timers/promises';
import { INTERVAL_MS, type Interval, type JobPayload } from '@btcforecast/contracts';
import { createLogger, JobQueues } from '@btcforecast/platform';
import { AppError } from '@btcforecast/platform/errors';
import { loadCliEnv } from '../cli.env.js';
import { databaseUrl, findRunningSystem } from '../running-system.js';
import { stageProgress, type StageProgress } from '../stage-progress.js';
import { openDatabase } from './list-gaps.js';

export interface BackfillOptions {
  readonly from: number;
  readonly to: number;
  readonly interval: Interval;
  readonly instrument: string;
}

type BackfillJob = JobPayload<'data_processing', 'backfill'>;

/** One job brings at most so many candles: about ten requests, and progress that moves. */
const CANDLES_PER_JOB = 10_000;
const POLL_MS = 250;
/** If no job has begun by then, somebody should know. */
const HINT_AFTER_MS = 15_000;

/** `btcf data backfill`: the running system does the work; this waits for it and may be interrupted. */
export async function requestBackfill(options: BackfillOptions): Promise<void> {
  if (options.from >= options.to)
    throw new AppError('caller', 'config.invalid', '--from must lie before --to');
  const { REDIS_URL } = loadCliEnv();
  const logger = createLogger('btcf', { level: 'error' });
  const queues = new JobQueues(
    { DATABASE_URL: databaseUrl(), REDIS_URL, OTEL_EXPORTER_OTLP_ENDPOINT: undefined },
    logger,
  );
  const progress = stageProgress(process.stderr);
  try {
    const jobs = jobsOf(options, await feedOf(options.instrument));
    let stored = 0;
    for (const [i, job] of jobs.entries()) {
      progress.show(`fetching from ${new Date(job.from).toISOString()}`, i / jobs.length);
      stored += await runJob(queues, job, progress);
    }
    progress.stop();
    process.stdout.write(`${stored} new ${options.interval} candles stored\n`);
  } finally {
    progress.stop();
    await queues.close();
  }
}

function jobsOf({ from, to, interval, instrument }: BackfillOptions, feed: string): BackfillJob[] {
  const stepMs = CANDLES_PER_JOB * INTERVAL_MS[interval];
  return Array.from({ length: Math.ceil((to - from) / stepMs) }, (_job, i) => ({
    feed,
    instrument,
    interval,
    from: from + i * stepMs,
    to: Math.min(to, from + (i + 1) * stepMs),
  }));
}

async function feedOf(instrument: string): Promise<string> {
  const system = findRunningSystem();
  if (system) return system.feed;
  const dataSource = await openDatabase();
  try {
    const rows = await dataSource.query<{ feed: string }[]>(
      'SELECT feed FROM market_feeds WHERE instrument = $1 ORDER BY observed_at DESC LIMIT 1',
      [instrument],
    );
    if (rows[0]) return rows[0].feed;
    throw new AppError(
      'transient',
      'market.venue_unavailable',
      `nothing ingests ${instrument}: start the system first`,
    );
  } finally {
    await dataSource.destroy();
  }
}

/** Candles that the job stored. @throws AppError transient market.venue_unavailable when the job failed */
async function runJob(queues: JobQueues, payload: BackfillJob, progress: StageProgress): Promise<number> {
  const { id } = await queues.add('data_processing', 'backfill', payload);
  const queue = await queues.queue('data_processing');
  const startedAt = performance.now();
  for (;;) {
    const job = await queue.getJob(String(id));
    if (!job) throw failed('the job has disappeared');
    const state = await job.getState();
    if (state === 'completed') return storedBy(job.returnvalue);
    if (state === 'failed') throw failed(job.failedReason);
    if (state !== 'active' && performance.now() - startedAt > HINT_AFTER_MS) {
      progress.show('waiting for the worker: see that the system runs', 0);
    }
    await delay(POLL_MS);
  }
}

function storedBy(result: unknown): number {
  return (result as { stored?: number } | null | undefined)?.stored ?? 0;
}

function failed(reason: string): AppError {
  return new AppError('transient', 'market.venue_unavailable', `the candles could not be fetched: ${reason}`);
}
