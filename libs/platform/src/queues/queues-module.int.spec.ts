import { WorkerHost } from '@nestjs/bullmq';
import { type INestApplicationContext, Module, type Provider, type Type } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWhen, hasRedis, waitFor } from '@btcforecast/testing';
import { type QueueName, QUEUES } from '@btcforecast/contracts';
import type { Job } from 'bullmq';
import { type RunningService, startService } from '../lifecycle/start-service.js';
import { LogLines, testEnv } from '../rpc/rpc.fixture.js';
import { type HandlersOf, jobHandlers } from './job-handlers.js';
import { JobQueues } from './job-queues.js';
import { JobRunner } from './job-runner.js';
import { postgresStore, redisStore, type Store } from './queue.fixture.js';
import { QueueProcessor } from './queue-processor.decorator.js';
import { type ProcessesJobs, QueuesModule } from './queues.module.js';

type Work = (name: string) => Promise<unknown>;

function handlersOf(work: Work): { [Q in QueueName]: HandlersOf<Q> } {
  return {
    model_training: {
      fit_candidate: () => work('fit_candidate'),
      evaluate_candidate: () => work('evaluate_candidate'),
      run_backtest: () => work('run_backtest'),
    },
    data_processing: { repair_gap: () => work('repair_gap'), backfill: () => work('backfill') },
    notifications: {
      announce_gap: () => work('announce_gap'),
      deliver_webhook: () => work('deliver_webhook'),
    },
    analytics: {
      score_due: () => work('score_due'),
      judge_rollout: () => work('judge_rollout'),
      watch_drift: () => work('watch_drift'),
    },
    maintenance: {
      ensure_partitions: () => work('ensure_partitions'),
      void_overdue: () => work('void_overdue'),
      extend_track_record: () => work('extend_track_record'),
      mirror_model: () => work('mirror_model'),
      prune_idempotency_keys: () => work('prune_idempotency_keys'),
      audit_model_moves: () => work('audit_model_moves'),
    },
  };
}

function processor(queue: QueueName, work: Work, listensTo: QueueName = queue): Provider {
  @QueueProcessor(listensTo, { concurrency: 2 })
  class TestProcessor extends WorkerHost implements ProcessesJobs {
    readonly handlers = jobHandlers(queue, handlersOf(work)[queue]);

    constructor(private readonly runner: JobRunner) {
      super();
    }

    process(job: Job): Promise<unknown> {
      return this.runner.run(this.handlers, job);
    }
  }
  return TestProcessor;
}

function workerModule(providers: Provider[]): Type {
  @Module({ imports: [QueuesModule.forWorkers()], providers })
  class WorkerModule {}
  return WorkerModule;
}

function suite(start: () => Promise<Store>): void {
  let store: Store;
  const running: RunningService[] = [];

  beforeAll(async () => {
    store = await start();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.close()));
  });
  afterAll(() => store.close());

  async function worker(providers: Provider[]): Promise<INestApplicationContext> {
    const { DATABASE_URL, REDIS_URL } = store.env;
    const env = { ...testEnv(), DATABASE_URL, REDIS_URL, RPC_PORT: undefined };
    const service = await startService({
      name: 'worker',
      module: workerModule(providers),
      env,
      logger: new LogLines().logger,
    });
    running.push(service);
    return service.app;
  }

  it('runs jobs of every queue by the processor of that queue', async () => {
    const seen: string[] = [];
    const app = await worker(QUEUES.map((queue) => processor(queue, async (name) => seen.push(name))));
    const jobs = app.get(JobQueues);
    const feed = { feed: 'demo', instrument: 'BTC-USD' };
    await jobs.add('analytics', 'score_due', { ...feed, until: 5 });
    await jobs.add('model_training', 'fit_candidate', { ...feed, trainEnd: 5 });
    await jobs.add('notifications', 'announce_gap', { gapId: 'g' });
    await jobs.upsertSchedule('maintenance', 'partitions', 60_000, 'ensure_partitions', {});
    await waitFor(() => seen.length >= 4, { deadlineMs: 20_000, what: 'four jobs ran' });
    expect(seen.sort()).toEqual(['announce_gap', 'ensure_partitions', 'fit_candidate', 'score_due']);
  });

  it('finishes the job that runs before it closes anything', async () => {
    let finish = (): void => undefined;
    let state = 'not started';
    const work = async (): Promise<void> => {
      state = 'running';
      await new Promise<void>((resolve) => (finish = resolve));
      state = 'finished';
    };
    const app = await worker(QUEUES.map((queue) => processor(queue, work)));
    const job = await app.get(JobQueues).add('data_processing', 'repair_gap', { gapId: 'g' });
    await waitFor(() => state === 'running', { deadlineMs: 20_000, what: 'the job runs' });
    const closing = running.pop()?.close();
    finish();
    await closing;
    expect(state).toBe('finished');
    const reader = await worker(QUEUES.map((queue) => processor(queue, async () => undefined)));
    const queue = await reader.get(JobQueues).queue('data_processing');
    await expect(queue.getJobState(job.id ?? '')).resolves.toBe('completed');
  });

  it('refuses to start when a job has no handler, or when queue and handlers differ', async () => {
    const idle = async (): Promise<void> => undefined;
    const without = QUEUES.filter((queue) => queue !== 'notifications').map((queue) =>
      processor(queue, idle),
    );
    await expect(worker(without)).rejects.toThrow('notifications/announce_gap has 0 handlers');
    const crossed = QUEUES.map((queue) =>
      processor(queue, idle, queue === 'analytics' ? 'maintenance' : queue),
    );
    await expect(worker(crossed)).rejects.toThrow('handles analytics but is marked for maintenance');
  });
}

describe('processors on PostgreSQL', () => suite(postgresStore));
describeWhen(hasRedis(), 'redis-server is not installed')('processors on Redis', () => suite(redisStore));
