import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { createEventBus, createLogger, JobQueues, ManualClock, type EventBus } from '@btcforecast/platform';
import { ModelVersionRepository } from '@btcforecast/prediction';
import { testDatabase, waitFor } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { MirrorSchedule } from './mirror.schedule.js';

const logger = createLogger('test', { level: 'fatal' });
const clock = new ManualClock(Date.UTC(2025, 0, 1));
let database: Awaited<ReturnType<typeof testDatabase>>;
let dataSource: DataSource;
let events: EventBus;
let jobs: JobQueues;

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  events = createEventBus({ databaseUrl: database.url, logger });
  jobs = new JobQueues({ DATABASE_URL: database.url }, logger);
  for (const version of [1, 2]) {
    await dataSource.query(
      `INSERT INTO model_versions VALUES ('mine', $1, 'user', 'uploaded', '\\x00', $2, '{}', now())`,
      [version, String(version).repeat(64)],
    );
  }
});
afterAll(async () => {
  await jobs?.close();
  await events?.close();
  await dataSource?.destroy();
  await database?.drop();
});

const start = (uri?: string) => {
  const env = uri ? { MLFLOW_TRACKING_URI: uri } : {};
  const schedule = new MirrorSchedule(
    jobs,
    events,
    new ModelVersionRepository(dataSource),
    clock,
    env,
    logger,
  );
  schedule.onApplicationBootstrap();
  return schedule;
};
const asked = async () => {
  const queue = await jobs.queue('maintenance');
  return (await queue.getJobs(['waiting', 'prioritized', 'delayed']))
    .map(({ id, data }) => ({ id, data }))
    .sort((a, b) => (a.id! < b.id! ? -1 : 1));
};
const waitForJobs = (count: number) =>
  waitFor(async () => (await asked()).length === count, { deadlineMs: 10_000, what: `${count} jobs` });

it('asks for nothing without a server', async () => {
  const schedule = start();
  await schedule.beforeApplicationShutdown();
  expect(await asked()).toEqual([]);
});

it('asks for each version once, and again when something new is on record or a day has passed', async () => {
  const schedule = start('http://127.0.0.1:9');
  await waitForJobs(2);
  const day = clock.now() / 86_400_000;
  expect(await asked()).toEqual(
    [1, 2].map((version) => ({
      id: `mirror_model-mine-${version}-0-0-${day}`,
      data: { name: 'mine', version },
    })),
  );
  await dataSource.query(
    `INSERT INTO model_evaluations (model_name, model_version, onnx_sha256, kind, verdict, checks, evidence, decided_at)
     VALUES ('mine', 2, $1, 'technical', 'passed', '[]', '{}', now())`,
    ['2'.repeat(64)],
  );
  await waitFor(() => events.flowing, { deadlineMs: 10_000, what: 'events arrive' });
  await events.publish('model.registered', { name: 'mine', version: 2 });
  await waitForJobs(3);
  expect((await asked()).map(({ id }) => id)).toContain(`mirror_model-mine-2-1-0-${day}`);
  await dataSource.query(
    `INSERT INTO model_alias_moves (feed, instrument, alias, to_name, to_version, effective_origin, actor, reason, moved_at)
     VALUES ('live', 'BTC-USD', 'champion', 'mine', 1, now(), 'test', 'a test', now())`,
  );
  await events.publish('model.promoted', {
    ...{ feed: 'live', instrument: 'BTC-USD', alias: 'champion' },
    ...{ model: 'mine@1', effectiveOrigin: clock.now() },
  } as const);
  await waitForJobs(4);
  clock.advance(86_400_000);
  await events.publish('model.registered', { name: 'mine', version: 2 });
  await waitForJobs(6);
  await schedule.beforeApplicationShutdown();
});
