import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import {
  createLogger,
  EventBus,
  JobQueues,
  parseEnv,
  startService,
  type RunningService,
} from '@btcforecast/platform';
import { testDatabase, waitFor } from '@btcforecast/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { RPC_TOKEN } from '../test/peers.js';
import { WorkerEnv } from './worker.env.js';
import { WorkerModule } from './worker.module.js';

const feed = 'replay-0000000e';
const instrument = 'BTC-USD';
const NOW = Date.UTC(2025, 0, 10, 5, 30);

describe('a worker asks by itself', () => {
  let close: (() => Promise<void>)[] = [];
  let service: RunningService;
  let dataSource: DataSource;
  let events: EventBus;

  beforeAll(async () => {
    const database = await testDatabase();
    close.push(() => database.drop());
    dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
    close.unshift(() => dataSource.destroy());
    const folder = await mkdtemp(join(tmpdir(), 'btcf-worker-'));
    close.push(() => rm(folder, { recursive: true }));
    await dataSource.query(`INSERT INTO market_feeds VALUES ($1, $2, 'replay', $1, '1h', $3, now(), 0)`, [
      feed,
      instrument,
      new Date(NOW),
    ]);
    // As market-data does: nobody goes by a clock that was not looked at for half a minute.
    const looks = setInterval(
      () => void dataSource.query('UPDATE market_feeds SET observed_at = now()').catch(() => undefined),
      5_000,
    );
    close.unshift(() => Promise.resolve(clearInterval(looks)));
    const env = parseEnv(WorkerEnv, {
      TRACK_RECORD_KEY_FILE: join(folder, 'track-record.key'),
      DATABASE_URL: database.url,
      RPC_TOKEN,
      CHAMPION: 'first@1',
      BASE_MODEL: 'first@1',
      MARKET_SOURCE: 'replay',
      MARKET_FEED: feed,
      LOG_LEVEL: 'fatal',
    });
    const logger = createLogger('worker', { level: 'fatal' });
    service = await startService({ name: 'worker', module: WorkerModule, env, logger });
    close.unshift(() => service.close());
    events = service.app.get(EventBus);
    await waitFor(() => events.flowing, { deadlineMs: 10_000, what: 'events flow' });
  });
  afterAll(async () => {
    for (const end of close) await end();
    close = [];
  });

  const jobsOf = async (queue: 'analytics' | 'model_training', name: string) =>
    (await (await service.app.get(JobQueues).queue(queue)).getJobs()).filter((job) => job.name === name);
  const asked = (queue: 'analytics' | 'model_training', name: string) =>
    waitFor(async () => (await jobsOf(queue, name))[0], { deadlineMs: 30_000, what: `${name} is asked for` });
  const insertVersion = (by: EntityManager, name: string, version: number, instruments: string[]) =>
    by.query(
      `WITH model AS (
         INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
         VALUES ($1::text, $2::integer, 'user', 'candidate', '\\x00', md5($1 || $2::text) || md5($1), $3, now())
       )
       INSERT INTO model_evaluations (model_name, model_version, onnx_sha256, kind, verdict, checks, evidence, decided_at)
       VALUES ($1, $2, '', 'technical', 'passed', '[]', '{}', now())`,
      [name, version, { instruments }],
    );

  it('for the walk-forward of the newest version of each name, when one is registered', async () => {
    // All at once: the worker also looks by itself when it comes up.
    await dataSource.transaction(async (manager) => {
      await insertVersion(manager, 'mine', 1, [instrument]);
      await insertVersion(manager, 'mine', 2, [instrument]);
      await insertVersion(manager, 'mine', 3, ['ETH-USD']);
    });
    await events.publish('model.registered', { name: 'mine', version: 2 });
    const job = await asked('model_training', 'evaluate_candidate');
    expect(job.data).toEqual({ feed, instrument, name: 'mine', version: 2, until: NOW });
    // A job that moves from one state to the next while the states are listed may be seen in none, or in both.
    const once = async () => {
      const ids = (await jobsOf('model_training', 'evaluate_candidate')).map(({ id }) => id);
      return ids.length > 0 && ids.every((id) => id === job.id);
    };
    await waitFor(once, { deadlineMs: 30_000, what: 'it is there, and no other' });
  });

  it('for the judgement of a rollout, when forecasts have matured', async () => {
    await dataSource.query(
      `INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
       SELECT 'first', 1, family, 'shipped', onnx, md5('first') || md5('first'), manifest, created_at
       FROM model_versions WHERE name = 'mine' AND version = 1`,
    );
    await dataSource.query(
      `INSERT INTO model_alias_moves (feed, instrument, alias, to_name, to_version, effective_origin, actor, reason, moved_at)
       VALUES ($1, $2, 'champion', 'first', 1, $3, 'test', 'a test', $3)`,
      [feed, instrument, new Date(NOW - 86_400_000)],
    );
    await events.publish('forecast.matured', { feed, instrument, target: NOW, ids: [] });
    await asked('analytics', 'judge_rollout');
    const answer = await waitFor(async () => (await jobsOf('analytics', 'judge_rollout'))[0]?.returnvalue, {
      ...{ deadlineMs: 30_000, what: 'it is judged' },
    });
    expect(answer).toEqual([{ kind: 'wait', reason: 'no version waits to be compared' }]);
  });
});
