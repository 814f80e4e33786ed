import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BacktestEntity, createDataSource, ModelVersionEntity } from '@btcforecast/database';
import {
  createLogger,
  EventBus,
  JobQueues,
  parseEnv,
  startService,
  type RunningService,
} from '@btcforecast/platform';
import { BacktestQueue, BacktestRepository, readModelFiles } from '@btcforecast/prediction';
import { repositoryRoot, testDatabase, waitFor } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { RPC_TOKEN } from '../test/peers.js';
import { WorkerEnv } from './worker.env.js';
import { WorkerModule } from './worker.module.js';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2025, 0, 1);
const feed = 'replay-0000000d';
const instrument = 'BTC-USD';

let service: RunningService;
let dataSource: DataSource;
let close: (() => Promise<unknown>)[] = [];
const changes: string[] = [];

beforeAll(async () => {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'btcf-worker-'));
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const env = parseEnv(WorkerEnv, {
    TRACK_RECORD_KEY_FILE: join(folder, 'track-record.key'),
    DATABASE_URL: database.url,
    RPC_TOKEN,
    MARKET_SOURCE: 'replay',
    MARKET_FEED: feed,
    LOG_LEVEL: 'fatal',
  });
  const logger = createLogger('worker', { level: 'fatal' });
  service = await startService({ name: 'worker', module: WorkerModule, env, logger });
  const events = service.app.get(EventBus);
  events.subscribe('backtest.changed', ({ id }) => void changes.push(id));
  await waitFor(() => events.flowing, { deadlineMs: 5_000, what: 'events flow' });
  close = [
    () => service.close(),
    () => dataSource.destroy(),
    () => database.drop(),
    () => rm(folder, { recursive: true }),
  ];
});
afterAll(async () => {
  for (const end of close) await end();
});

/** A backtest that somebody asked for, in the record and in the queue. */
async function ask(): Promise<string> {
  const id = randomUUID();
  const request = {
    ...{ instrument, from: START, to: START + 12 * HOUR_MS, every: '6h', horizons: ['1h' as const] },
    ...{ model: 'har@1', refit: 'none' as const, reference: 'har@1' },
  };
  const backtest = { id, feed, tenant: 'default', request, requestedBy: 'test', createdAt: START };
  await service.app.get(BacktestRepository).add(backtest, 5);
  await service.app.get(BacktestQueue).enqueue(id);
  return id;
}
const rowOf = (id: string) => dataSource.getRepository(BacktestEntity).findOneByOrFail({ id });
const ended = (id: string) =>
  waitFor(
    async () => {
      const row = await rowOf(id);
      return row.finishedAt ? row : undefined;
    },
    { deadlineMs: 30_000, what: 'the backtest ends' },
  );

async function insertMarket(): Promise<void> {
  await dataSource.query('SELECT ensure_candle_partitions($1, $2)', [
    new Date(START - 100 * HOUR_MS),
    new Date(START + 100 * HOUR_MS),
  ]);
  await dataSource.query(
    `INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
     VALUES ($1, $2, 'replay', $1, '1h', $3, now(), 0)`,
    [feed, instrument, new Date(START + 50 * HOUR_MS)],
  );
  await dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     SELECT $1, $2, '1h', $3::timestamptz + n * interval '1 hour', 100, 101, 99, 100, 1, 'fetched'
     FROM generate_series(-50, 30) AS n`,
    [instrument, feed, new Date(START)],
  );
  const { manifest, onnx } = await readModelFiles(join(repositoryRoot, 'models'), {
    name: 'har',
    version: 1,
  });
  await dataSource.getRepository(ModelVersionEntity).insert({
    ...{ name: 'har', version: 1, family: manifest.family, status: 'shipped', onnx: Buffer.from(onnx) },
    ...{ onnxSha256: manifest.onnx.sha256, manifest: manifest as object, createdAt: new Date() },
  });
}

describe('a backtest in the queue', () => {
  it('fails at once, with a reason, where there are no candles, and everybody hears of it', async () => {
    const id = await ask();
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'forecast.insufficient_history', detail: expect.stringContaining('no stored candles') },
    });
    expect(changes).toContain(id);
    const job = await (await service.app.get(JobQueues).queue('model_training')).getJob(`run_backtest-${id}`);
    await waitFor(() => job!.isCompleted(), { deadlineMs: 5_000, what: 'the job has done its work' });
  });

  it('that was cancelled before a worker took it up is left alone', async () => {
    const id = randomUUID();
    const queue = await service.app.get(JobQueues).queue('model_training');
    await service.app.get(BacktestQueue).enqueue(id); // nobody recorded it
    const job = await waitFor(() => queue.getJob(`run_backtest-${id}`), {
      deadlineMs: 5_000,
      what: 'the job',
    });
    await waitFor(() => job.isCompleted(), { deadlineMs: 10_000, what: 'the job ends' });
    expect((await queue.getJob(job.id!))?.returnvalue).toEqual({ state: 'gone' });
  });

  it('whose process keeps dying is tried again, and then fails', async () => {
    await insertMarket();
    // This test runs from the sources, beside which the built program of a run does not lie: every start fails.
    const id = await ask();
    const row = await ended(id);
    expect(row).toMatchObject({
      state: 'failed',
      error: { code: 'internal.bug', detail: expect.stringMatching(/ended with code 1 before it answered/) },
    });
    const job = await (await service.app.get(JobQueues).queue('model_training')).getJob(`run_backtest-${id}`);
    await waitFor(() => job!.isFailed(), { deadlineMs: 5_000, what: 'the job has failed' });

    // As when the worker itself died with it each time: nobody could write it down.
    await dataSource.query(
      `UPDATE backtests SET state = 'running', error = NULL, finished_at = NULL WHERE id = $1`,
      [id],
    );
    await expect(service.app.get(BacktestQueue).recover()).resolves.toEqual({ added: 0, given: 1 });
    expect(await rowOf(id)).toMatchObject({
      state: 'failed',
      error: { detail: expect.stringContaining('also when it was tried again') },
    });
  });
});
