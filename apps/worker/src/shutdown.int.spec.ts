import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger, JobQueues } from '@btcforecast/platform';
import {
  describeWhen,
  freePort,
  hasRedis,
  testDatabase,
  type TestDatabase,
  testRedis,
  type TestRedis,
  waitFor,
} from '@btcforecast/testing';
import { RPC_TOKEN } from '../test/peers.js';
import { startWorkerProcess, type WorkerProcess } from '../test/worker-process.js';

const gapId = '11111111-1111-4111-8111-111111111111';

describeWhen(hasRedis(), 'redis-server is not installed')('a worker that is told to end', () => {
  let database: TestDatabase;
  let folder: string;
  /** Takes calls of market-data and never answers: a job that asks it does not end. */
  let silent: Server;
  /** One for each worker: what is done to it concerns no other. */
  let servers: TestRedis[];
  let workers: WorkerProcess[];

  beforeAll(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'btcf-worker-'));
    silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    servers = await Promise.all([0, 1, 2].map(async () => testRedis(await freePort())));
    const nowhere = `redis://127.0.0.1:${await freePort()}`;
    workers = [...servers.map(({ url }) => url), nowhere].map((url) => start(url));
    await Promise.all(workers.map(({ ready }) => ready()));
  }, 60_000);
  afterAll(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await Promise.all(servers.map((server) => server.close()));
    silent.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  function start(redisUrl: string): WorkerProcess {
    return startWorkerProcess({
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      RPC_TOKEN,
      RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${(silent.address() as AddressInfo).port}`,
      MARKET_SOURCE: 'replay',
      MARKET_FEED: 'replay-0000000d',
      TRACK_RECORD_KEY_FILE: join(folder, 'track-record.key'),
    });
  }
  async function endOf({ exit, output }: WorkerProcess): Promise<void> {
    expect({ code: await exit, said: output().trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      said: expect.stringContaining('"shut down"'),
    });
  }

  it('leaves a job that does not end to others', async () => {
    const [worker, redis] = [workers[0]!, servers[0]!];
    const env = { DATABASE_URL: '', REDIS_URL: redis.url, OTEL_EXPORTER_OTLP_ENDPOINT: undefined };
    const jobs = new JobQueues(env, createLogger('test', { level: 'fatal' }));
    try {
      const job = await jobs.add('data_processing', 'repair_gap', { gapId });
      const runs = async (): Promise<boolean> => (await job.getState()) === 'active';
      await waitFor(runs, { deadlineMs: 10_000, what: 'the job runs' });
      worker.child.kill('SIGTERM');
      await endOf(worker);
      expect(await job.getState()).toBe('active');
    } finally {
      await jobs.close();
    }
  }, 30_000);

  it('does not wait for a Redis that is gone', async () => {
    await servers[1]!.close();
    workers[1]!.child.kill('SIGTERM');
    await endOf(workers[1]!);
  }, 30_000);

  it('does not wait for a Redis that goes at the same time', async () => {
    workers[2]!.child.kill('SIGTERM');
    await servers[2]!.close();
    await endOf(workers[2]!);
  }, 30_000);

  it('does not wait for a Redis that it has never reached', async () => {
    workers[3]!.child.kill('SIGTERM');
    await endOf(workers[3]!);
  }, 30_000);
});
