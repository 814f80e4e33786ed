import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createLogger,
  EventBus,
  JobQueues,
  parseEnv,
  startService,
  type RunningService,
} from '@btcforecast/platform';
import { forecastId } from '@btcforecast/prediction';
import { describeWhen, hasRedis, testDatabase, testRedis, waitFor } from '@btcforecast/testing';
import {
  createDataSource,
  CandleGapEntity,
  ForecastEntity,
  ForecastScoreEntity,
} from '@btcforecast/database';
import type { Job } from 'bullmq';
import { DataSource } from 'typeorm';
import { RPC_TOKEN, startMarketDataPeer, startWebhook, type MarketDataPeer } from '../test/peers.js';
import { WorkerEnv } from './worker.env.js';
import { WorkerModule } from './worker.module.js';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2025, 0, 1);
const feed = 'replay-0000000d';
const instrument = 'BTC-USD';

describe('worker on PostgreSQL', () => suite(async () => ({ close: () => Promise.resolve() })));
describeWhen(hasRedis(), 'redis-server is not installed')('worker on Redis', () => suite(testRedis));

function suite(openRedis: () => Promise<{ url?: string; close(): Promise<void> }>): void {
  let close: (() => Promise<void>)[] = [];
  let service: RunningService;
  let jobs: JobQueues;
  let dataSource: DataSource;
  let peer: MarketDataPeer;
  let webhook: Awaited<ReturnType<typeof startWebhook>>;

  beforeAll(async () => {
    const database = await testDatabase();
    const redis = await openRedis();
    peer = await startMarketDataPeer(database.url);
    webhook = await startWebhook();
    dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
    await dataSource.query(`SELECT ensure_candle_partitions($1, $2)`, [
      new Date(START),
      new Date(START + 720 * HOUR_MS),
    ]);
    const folder = await mkdtemp(join(tmpdir(), 'btcf-worker-'));
    const env = parseEnv(WorkerEnv, {
      TRACK_RECORD_KEY_FILE: join(folder, 'track-record.key'),
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      RPC_TOKEN,
      RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${peer.port}`,
      MARKET_SOURCE: 'replay',
      MARKET_FEED: feed,
      OPERATOR_WEBHOOK_URL: webhook.url,
      LOG_LEVEL: 'fatal',
    });
    const logger = createLogger('worker', { level: 'fatal' });
    service = await startService({ name: 'worker', module: WorkerModule, env, logger });
    jobs = service.app.get(JobQueues);
    close = [
      () => service.close(),
      () => peer.close(),
      () => webhook.close(),
      () => dataSource.destroy(),
      () => database.drop(),
      () => redis.close(),
      () => rm(folder, { recursive: true }),
    ];
  });
  afterAll(async () => {
    for (const end of close) await end();
  });

  const finished = (job: Job) =>
    waitFor(
      async () => {
        const state = await job.getState();
        return state === 'completed' || state === 'failed' ? state : undefined;
      },
      { deadlineMs: 30_000, what: `job ${job.name} ends` },
    );
  const resultOf = async (job: Job) => {
    expect(await finished(job)).toBe('completed');
    return (await (await jobs.queue(job.queueName as 'analytics')).getJob(job.id!))!.returnvalue as unknown;
  };
  const failureOf = async (job: Job) => {
    expect(await finished(job)).toBe('failed');
    const { failedReason, attemptsMade } = (await (
      await jobs.queue(job.queueName as 'analytics')
    ).getJob(job.id!))!;
    return { failedReason, attemptsMade };
  };

  async function insertForecast(originAt: number): Promise<string> {
    const features = [originAt];
    const model = { modelName: 'har', modelVersion: 1 };
    const id = forecastId({ instrument, venue: feed, originAt, horizonHours: 1, ...model, features });
    const quantiles = [-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03];
    await dataSource.getRepository(ForecastEntity).insert({
      id,
      feed,
      source: 'replay',
      instrument,
      venue: feed,
      originAt: new Date(originAt),
      horizonHours: 1,
      targetAt: new Date(originAt + HOUR_MS),
      ...model,
      price: 100,
      logReturnQuantiles: quantiles,
      probabilityUp: 0.5,
      volatility: 0.02,
      features,
      baselines: { ewma_rw: quantiles },
      issuedAt: new Date(originAt),
      timeliness: 'on_time',
      inSample: false,
      canonical: true,
      region: 'test',
      runtime: {},
    });
    return id;
  }
  const insertCandle = (closeTime: number) =>
    dataSource.query(
      `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
       VALUES ($1, $2, '1h', $3, 100, 102, 99, 101, 1, 'fetched')`,
      [instrument, feed, new Date(closeTime - HOUR_MS)],
    );
  const scoreOf = (id: string) => dataSource.getRepository(ForecastScoreEntity).findOneBy({ forecastId: id });
  const insertGap = async (state: 'open' | 'unrepairable') => {
    const [gap] = await dataSource.query<{ id: string }[]>(
      `INSERT INTO candle_gaps (instrument, venue, "interval", from_time, to_time, state, attempts, last_error,
         opened_at, next_attempt_at, closed_at)
       VALUES ($1, 'binance', '1h', $2, $3, $4, 7, 'no such candles', now(), now(), $5) RETURNING id`,
      [
        instrument,
        new Date(START),
        new Date(START + HOUR_MS),
        state,
        state === 'open' ? null : new Date(START),
      ],
    );
    return gap!.id;
  };

  it('scores what is due, and nothing a second time', async () => {
    const id = await insertForecast(START);
    await insertCandle(START + HOUR_MS);
    const payload = { feed, instrument, until: START + HOUR_MS };
    const first = await jobs.add('analytics', 'score_due', payload);
    expect(await resultOf(first)).toEqual({ settled: 1, waiting: 0 });
    const second = await jobs.add('analytics', 'score_due', payload);
    expect(await resultOf(second)).toEqual({ settled: 0, waiting: 0 });
    expect(await scoreOf(id)).toMatchObject({ state: 'matured', outcomeClose: 101 });
  });

  it('scores by itself when a candle closes', async () => {
    const origin = START + 10 * HOUR_MS;
    const id = await insertForecast(origin);
    await insertCandle(origin + HOUR_MS);
    const events = service.app.get(EventBus);
    await waitFor(() => events.flowing, { deadlineMs: 10_000, what: 'events flow' });
    await events.publish('candle.closed', {
      feed,
      instrument,
      venue: feed,
      interval: '1h',
      openTime: origin,
    });
    await waitFor(() => scoreOf(id), { deadlineMs: 10_000, what: 'the forecast is scored' });
  });

  it('enters forecasts and outcomes into the track record by itself', async () => {
    const origin = START + 20 * HOUR_MS;
    const id = await insertForecast(origin);
    await insertCandle(origin + HOUR_MS);
    await jobs.add('analytics', 'score_due', { feed, instrument, until: origin + HOUR_MS });
    const kinds = () =>
      dataSource.query<{ kind: string }[]>('SELECT kind FROM track_record WHERE subject = $1 ORDER BY seq', [
        id,
      ]);
    const both = await waitFor(
      async () => {
        const found = await kinds();
        return found.length === 2 ? found : undefined;
      },
      { deadlineMs: 30_000, what: 'forecast and outcome are in the record' },
    );
    expect(both.map(({ kind }) => kind)).toEqual(['forecast', 'outcome']);
  });

  it('does not retry a malformed payload', async () => {
    const job = await (
      await jobs.queue('analytics')
    ).add('score_due', { feed, instrument, until: 'yesterday' });
    expect(await failureOf(job)).toEqual({
      failedReason: expect.stringContaining('job.invalid_payload'),
      attemptsMade: 1,
    });
  });

  it('does not retry a job that nobody knows', async () => {
    const job = await (await jobs.queue('maintenance')).add('drop_everything', {});
    expect(await failureOf(job)).toMatchObject({ attemptsMade: 1 });
  });

  it('has market-data repair a gap, and asks again while the venue is away', async () => {
    peer.failures = 2;
    const job = await jobs.add('data_processing', 'repair_gap', { gapId: '17' }, { backoffMs: 20 });
    expect(await resultOf(job)).toEqual({ state: 'repaired', candles: 3 });
    expect(peer.calls.splice(0)).toEqual([{ gapId: '17' }, { gapId: '17' }, { gapId: '17' }]);
  });

  it('has market-data fetch a range again', async () => {
    const range = { instrument, interval: '1h', from: START, to: START + HOUR_MS } as const;
    const job = await jobs.add('data_processing', 'backfill', { feed, ...range });
    expect(await resultOf(job)).toEqual({ fetched: 5, stored: 4, corrections: 1 });
    expect(peer.calls.splice(0)).toEqual([range]);
  });

  it('tells the operator about a gap, and tries again when the webhook is busy', async () => {
    const gapId = await insertGap('unrepairable');
    webhook.statuses.push(503, 429);
    const job = await jobs.add('notifications', 'announce_gap', { gapId }, { backoffMs: 20 });
    expect(await resultOf(job)).toEqual({ state: 'sent' });
    const received = webhook.received.splice(0);
    expect(received).toHaveLength(3);
    expect(received[2]).toEqual({
      text:
        'btcforecast: 1h candles of BTC-USD at binance are missing from 2025-01-01T00:00:00.000Z to ' +
        `2025-01-01T01:00:00.000Z (gap ${gapId}, unrepairable, 7 attempts). Last answer: no such candles.`,
    });
  });

  it('gives up at once when the webhook refuses, and stays silent about a gap that is gone', async () => {
    const gapId = await insertGap('open');
    webhook.statuses.push(404);
    const refused = await jobs.add('notifications', 'announce_gap', { gapId });
    expect(await failureOf(refused)).toMatchObject({ attemptsMade: 1 });
    await dataSource
      .getRepository(CandleGapEntity)
      .update({ id: gapId }, { state: 'repaired', closedAt: new Date() });
    const gone = await jobs.add('notifications', 'announce_gap', { gapId });
    expect(await resultOf(gone)).toEqual({ state: 'nothing_to_tell' });
    const unknown = await jobs.add('notifications', 'announce_gap', { gapId: 'x; DROP TABLE candles' });
    expect(await resultOf(unknown)).toEqual({ state: 'nothing_to_tell' });
    expect(webhook.received.splice(0)).toHaveLength(1);
  });

  it('makes the partitions to come, once', async () => {
    const runs = [await jobs.add('maintenance', 'ensure_partitions', {})];
    await resultOf(runs[0]!);
    expect(await resultOf(await jobs.add('maintenance', 'ensure_partitions', {}))).toEqual({ made: 0 });
    const [row] = await dataSource.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM pg_inherits WHERE inhparent = 'candles'::regclass`,
    );
    expect(row!.n).toBeGreaterThanOrEqual(4);
  });

  it('voids what is overdue', async () => {
    const id = await insertForecast(START + 100 * HOUR_MS);
    await dataSource.query(`INSERT INTO market_feeds VALUES ($1, $2, 'replay', $1, '1h', $3, now(), 0)`, [
      feed,
      instrument,
      new Date(START + 500 * HOUR_MS),
    ]);
    const job = await jobs.add('maintenance', 'void_overdue', { feed, instrument });
    expect(await resultOf(job)).toMatchObject({ waiting: 0 });
    expect(await scoreOf(id)).toMatchObject({ state: 'void' });
  });

  it('refuses to train on too few candles, without trying again', async () => {
    const job = await jobs.add('model_training', 'fit_candidate', { feed, instrument, trainEnd: START });
    expect(await failureOf(job)).toEqual({
      failedReason: expect.stringContaining('forecast.insufficient_history'),
      attemptsMade: 1,
    });
  });

  it('shows its queues and runs as metrics', async () => {
    const text = await (await fetch(`http://127.0.0.1:${service.internalPort}/metrics`)).text();
    expect(text).toMatch(
      /queue_jobs_total\{[^}]*queue="analytics",job="score_due",outcome="ok"[^}]*\} [1-9]/,
    );
    expect(text).toMatch(/queue_jobs\{[^}]*queue="analytics",state="waiting"[^}]*\} \d/);
    expect(text).toMatch(/track_record_entries\{[^}]*\} [1-9]/);
    expect(text).toMatch(/queue_oldest_waiting_seconds\{[^}]*queue="model_training"[^}]*\} 0/);
    const ready = await fetch(`http://127.0.0.1:${service.internalPort}/health/ready`);
    expect(ready.status).toBe(200);
  });
}
