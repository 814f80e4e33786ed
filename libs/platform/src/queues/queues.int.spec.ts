import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobPayload } from '@btcforecast/contracts';
import { describeWhen, freePort, hasRedis, testDatabase, waitFor } from '@btcforecast/testing';
import type { Job, Queue, Worker } from 'bullmq';
import { AppError } from '../errors/app-error.js';
import { Metrics } from '../metrics/metrics.js';
import { LogLines } from '../rpc/rpc.fixture.js';
import { addJob, createQueue, upsertSchedule } from './create-queue.js';
import { createWorker } from './create-worker.js';
import { jobHandlers } from './job-handlers.js';
import { JobRunner } from './job-runner.js';
import type { QueueEnv } from './queue-connection.js';
import type { QueueWorkerOptions } from './queue-processor.decorator.js';
import { gate, postgresStore, redisStore, type Store } from './queue.fixture.js';

type Gap = JobPayload<'data_processing', 'repair_gap'>;
type Handler = (payload: Gap, job: Job) => Promise<unknown>;

const soon = (what: string) => ({ deadlineMs: 30_000, what });
const fast = { attempts: 4, backoffMs: 20 };

function suite(start: () => Promise<Store>): void {
  let store: Store;
  let log: LogLines;
  let metrics: Metrics;
  let queue: Queue;
  const open: { close(force?: boolean): unknown }[] = [];

  beforeAll(async () => {
    store = await start();
  });
  beforeEach(async () => {
    log = new LogLines();
    metrics = new Metrics({ service: 'worker', region: 'solo' });
    queue = createQueue('data_processing', store.env, log.logger);
    open.push(queue);
    await queue.waitUntilReady();
    await queue.obliterate({ force: true });
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(() => store.close());

  function work(repair: Handler, options: QueueWorkerOptions = {}, env: QueueEnv = store.env): Worker {
    const handlers = jobHandlers('data_processing', { repair_gap: repair, backfill: async () => undefined });
    const runner = new JobRunner(log.logger, metrics);
    const worker = createWorker(handlers, env, { ...options, runner, logger: log.logger });
    open.push(worker);
    return worker;
  }

  const add = (gapId: string, options = {}): Promise<Job> =>
    addJob<'data_processing', 'repair_gap'>(queue, 'repair_gap', { gapId }, options);
  const state = async (job: Job): Promise<string> => (await queue.getJobState(job.id ?? '')) as string;
  const reaches = (job: Job, wanted: string): Promise<unknown> =>
    waitFor(async () => (await state(job)) === wanted, soon(`job ${job.id} is ${wanted}`));

  it('runs a job with its parsed payload', async () => {
    const seen: Gap[] = [];
    work(async (payload) => void seen.push(payload));
    await reaches(await add('g1'), 'completed');
    expect(seen).toEqual([{ gapId: 'g1' }]);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ message: 'job done', 'labels.job': 'repair_gap', 'labels.attempt': 1 }),
    );
  });

  it('tries a job with a transient error again, with pauses', async () => {
    const times: number[] = [];
    work(async () => {
      times.push(performance.now());
      if (times.length < 3) throw new AppError('transient', 'market.venue_unavailable', 'away; later');
    });
    await reaches(await add('g2', { attempts: 4, backoffMs: 100 }), 'completed');
    expect(times).toHaveLength(3);
    // First pause 50 to 100 ms, second 100 to 200 ms.
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(45);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(95);
  });

  it('gives up a transient error after the last attempt', async () => {
    let ran = 0;
    work(async () => {
      ran += 1;
      throw new AppError('transient', 'market.venue_unavailable', 'away');
    });
    await reaches(await add('g3', fast), 'failed');
    expect(ran).toBe(4);
  });

  it.each([
    ['a caller error', new AppError('caller', 'instrument.unknown', 'no such instrument')],
    ['a bug', new TypeError('undefined is not a function')],
  ])('does not retry %s', async (_what, error) => {
    let ran = 0;
    work(async () => {
      ran += 1;
      throw error;
    });
    const job = await add('g4', fast);
    await reaches(job, 'failed');
    expect(ran).toBe(1);
    expect((await queue.getJob(job.id ?? ''))?.failedReason).toContain(error.message);
  });

  it('does not run a malformed payload or an unknown job', async () => {
    let ran = 0;
    work(async () => (ran += 1));
    const malformed = await queue.add('repair_gap', { gapId: 7 });
    const unknown = await queue.add('toString', {});
    await reaches(malformed, 'failed');
    await reaches(unknown, 'failed');
    expect(ran).toBe(0);
    const text = await metrics.registry.getSingleMetricAsString('queue_jobs_total');
    expect(text).toContain('queue="data_processing",job="unknown",outcome="bug"');
  });

  it('refuses to add a payload that breaks its schema, or a bad job id', async () => {
    const refused = { kind: 'bug', code: 'job.invalid_payload' };
    await expect(addJob(queue, 'repair_gap' as never, { gapId: 7 } as never)).rejects.toMatchObject(refused);
    await expect(addJob(queue, 'no_such_job' as never, {} as never)).rejects.toMatchObject(refused);
    for (const jobId of ['a:b', '123', '']) await expect(add('g', { jobId })).rejects.toMatchObject(refused);
  });

  it('holds one job for each job id', async () => {
    let ran = 0;
    await Promise.all([add('g5', { jobId: 'gap-g5' }), add('g5', { jobId: 'gap-g5' })]);
    await add('g5', { jobId: 'gap-g5' });
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 });
    work(async () => (ran += 1));
    await waitFor(async () => (await queue.getCompletedCount()) === 1, soon('the job is done'));
    expect(ran).toBe(1);
  });

  it('runs a job no earlier than its delay', async () => {
    let ranAt = 0;
    work(async () => void (ranAt = performance.now()));
    const addedAt = performance.now();
    await reaches(await add('g6', { delayMs: 300 }), 'completed');
    expect(ranAt - addedAt).toBeGreaterThanOrEqual(295);
  });

  it('runs a schedule again and again, once however often it is set up', async () => {
    const ids: string[] = [];
    const set = (everyMs: number, gapId: string): Promise<void> =>
      upsertSchedule<'data_processing', 'repair_gap'>(queue, 'sweep', { everyMs }, 'repair_gap', { gapId });
    await Promise.all([set(60_000, 'old'), set(60_000, 'old')]);
    await set(200, 'new');
    expect(await queue.getJobSchedulersCount()).toBe(1);
    work(async ({ gapId }) => void ids.push(gapId));
    await waitFor(() => ids.length >= 4, soon('four runs'));
    expect(ids.slice(-2)).toEqual(['new', 'new']);
  });

  it('gives the job of a dead worker to another', async () => {
    const seen: string[] = [];
    const dying = work(() => new Promise(() => seen.push('dying')), { lockDurationMs: 1_000 });
    const job = await add('g7');
    await waitFor(() => seen.length === 1, soon('the first worker has the job'));
    await dying.close(true); // its lock is not renewed from here on, as after a kill
    work(async () => void seen.push('heir'), { lockDurationMs: 1_000 });
    await reaches(job, 'completed');
    expect(seen).toEqual(['dying', 'heir']);
    expect(log.lines.map(({ message }) => message)).toContain('job taken over: its process was gone');
  });

  it('works on after all connections were cut', async () => {
    const seen: string[] = [];
    work(async ({ gapId }) => void seen.push(gapId));
    await reaches(await add('before'), 'completed');
    await store.cut();
    await waitFor(() => add('after', { jobId: 'after-the-cut' }), soon('the queue takes jobs again'));
    await waitFor(() => seen.includes('after'), soon('the worker takes jobs again'));
  });

  it('keeps a bounded number of finished jobs', async () => {
    work(async () => undefined, { concurrency: 16 });
    const jobs = Array.from({ length: 1_100 }, (_, i) => ({
      name: 'repair_gap',
      data: { gapId: String(i) },
    }));
    await queue.addBulk(jobs);
    await waitFor(
      async () => (await queue.getJobCountByTypes('waiting', 'active')) === 0,
      soon('all jobs are done'),
    );
    const kept = await queue.getCompletedCount();
    expect(kept).toBeGreaterThanOrEqual(900);
    expect(kept).toBeLessThanOrEqual(1_016); // jobs that end together each leave one more
  });

  it('tells a producer within seconds that the store is away, and works once it is there', async () => {
    const port = await freePort();
    const env = store.at(port);
    const early = createQueue('data_processing', env, log.logger);
    open.push(early);
    const seen: string[] = [];
    work(async ({ gapId }) => void seen.push(gapId), {}, env);
    const failure = addJob<'data_processing', 'repair_gap'>(early, 'repair_gap', { gapId: 'lost' });
    await expect(failure).rejects.toMatchObject({ kind: 'transient', code: 'queue.unavailable' });
    open.unshift(await gate(port, store.port));
    const payload = { gapId: 'late' };
    await waitFor(
      () => addJob<'data_processing', 'repair_gap'>(early, 'repair_gap', payload, { jobId: 'late' }),
      soon('the queue takes jobs'),
    );
    await waitFor(() => seen.includes('late'), soon('the worker takes jobs'));
  });
}

describe('queues on PostgreSQL', () => suite(postgresStore));
describeWhen(hasRedis(), 'redis-server is not installed')('queues on Redis', () => suite(redisStore));

describe('queues and workers of one process on PostgreSQL', () => {
  it('query over one pool, which goes with the last of them', async () => {
    const store = await postgresStore();
    const { logger } = new LogLines();
    const done: string[] = [];
    const handlers = jobHandlers('data_processing', {
      repair_gap: async ({ gapId }) => void done.push(gapId),
      backfill: async () => undefined,
    });
    const runner = new JobRunner(logger, new Metrics({ service: 'worker', region: 'solo' }));
    const queues = Array.from({ length: 5 }, () => createQueue('data_processing', store.env, logger));
    const workers = Array.from({ length: 5 }, () => createWorker(handlers, store.env, { runner, logger }));
    const add = (queue: Queue, gapId: string) =>
      addJob<'data_processing', 'repair_gap'>(queue, 'repair_gap', { gapId });
    try {
      await Promise.all(queues.map((queue, i) => add(queue, `together-${i}`)));
      await waitFor(() => done.length === 5, soon('all jobs are done'));
      // One that the pool has just let go may still be counted for a moment.
      await waitFor(
        async () => (await store.sessions('btcforecast queue')) <= 4,
        soon('the pool is within its size'),
      );
      const [last, ...others] = queues;
      await Promise.all([...others, ...workers].map((one) => one.close()));
      await expect(add(last!, 'alone')).resolves.toBeDefined();
      await last!.close();
      await waitFor(async () => (await store.sessions('%')) === 0, soon('nobody is connected'));
    } finally {
      // Else a failure here would go on in the files after it.
      await Promise.allSettled([...queues, ...workers].map((one) => one.close()));
      await store.close();
    }
  });
});

describe('queues on PostgreSQL, at the first start', () => {
  it('lets several processes make the tables at the same time', async () => {
    const database = await testDatabase({ migrated: false });
    const env = { DATABASE_URL: database.url, REDIS_URL: undefined, OTEL_EXPORTER_OTLP_ENDPOINT: undefined };
    const queues = Array.from({ length: 6 }, () => createQueue('analytics', env, new LogLines().logger));
    await expect(Promise.all(queues.map((one) => one.waitUntilReady()))).resolves.toHaveLength(6);
    await Promise.all(queues.map((one) => one.close()));
    await database.drop();
  });
});
