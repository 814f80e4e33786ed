import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '@btcforecast/database';
import { createLogger, parseEnv, startService, type RunningService } from '@btcforecast/platform';
import {
  ask,
  cuttableLine,
  type CuttableLine,
  replicaPair,
  type ReplicaPair,
  repositoryRoot,
  waitFor,
} from '@btcforecast/testing';
import { ForecastController } from './forecast.controller.js';
import { PredictionEnv } from './prediction.env.js';
import { PredictionModule } from './prediction.module.js';

const HOUR_MS = 3_600_000;
const instrument = 'BTC-USD';
/** An hour of the market takes two seconds. */
const SPEED = 1_800;
const TOKEN = 'a token of sixteen or more';
const PATIENCE = 30_000;

let pair: ReplicaPair;
let line: CuttableLine;
let folder: string;
let service: RunningService;
const children: ChildProcess[] = [];

interface Ready {
  readonly url?: string;
  readonly rpcPort?: number;
}

/** A program of ours, as the supervisor starts it. */
async function start(app: string, env: Record<string, string>): Promise<Ready> {
  const program = join(repositoryRoot, 'apps', app, 'dist', 'main.js');
  const child = fork(program, { env: { ...process.env, LOG_LEVEL: 'fatal', ...env }, stdio: 'ignore' });
  children.push(child);
  const [ready] = (await once(child, 'message')) as [Ready];
  return ready;
}

const urlAt = (url: string, port: number): string => {
  const at = new URL(url);
  at.port = String(port);
  return at.href;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-cut-'));
  pair = await replicaPair();
  await migrate(pair.primary.url);
  line = await cuttableLine(pair.primary.port);
  const { url } = await start('simulated-exchange', { SIM_MODE: 'demo', SIM_SPEED: String(SPEED) });
  const shared = {
    DATABASE_URL: urlAt(pair.primary.url, line.port),
    DATABASE_REPLICA_URL: pair.standby.url,
    RPC_TOKEN: TOKEN,
    RPC_PORT: '0',
    REGION: 'here',
    MARKET_SOURCE: 'demo',
    MARKET_FEED: 'demo',
  };
  const { rpcPort } = await start('market-data', { ...shared, INTERNAL_PORT: '0', SIM_URL: url! });
  service = await startService({
    name: 'prediction',
    module: PredictionModule,
    logger: createLogger('prediction', { level: 'fatal' }),
    env: parseEnv(PredictionEnv, {
      ...shared,
      RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${rpcPort}`,
      MODELS_DIR: join(repositoryRoot, 'models'),
      FORECAST_JOURNAL_DIR: folder,
      LOG_LEVEL: 'fatal',
    }),
  });
}, 60_000);
afterAll(async () => {
  line?.join();
  await service?.close();
  for (const child of children) child.kill('SIGKILL');
  await line?.close();
  await pair?.close();
  await rm(folder, { recursive: true, force: true });
});

const latest = async () => {
  const answer = await service.app.get(ForecastController).latest({ instrument, horizons: ['1h', '168h'] });
  const [one, week] = answer.data;
  expect(week!.origin).toBe(one!.origin);
  return { ...one!, at: Date.parse(one!.origin) };
};
const health = async () => {
  const reply = await fetch(`http://127.0.0.1:${service.internalPort}/health/ready`);
  return { status: reply.status, notes: ((await reply.json()) as { notes?: string[] }).notes ?? [] };
};
const metric = async (name: string) => {
  const text = await (await fetch(`http://127.0.0.1:${service.internalPort}/metrics`)).text();
  return Number(new RegExp(`^${name}[^\\n]* (\\S+)$`, 'm').exec(text)?.[1]);
};

/** Another region answers an origin from candles of its own, and is the first to store it. */
const answeredElsewhere = (origin: number) =>
  ask(
    pair.primary.url,
    `INSERT INTO forecasts (id, feed, source, instrument, venue, origin_at, horizon_hours, target_at, model_name,
       model_version, price, log_return_quantiles, probability_up, volatility, features, baselines, issued_at,
       timeliness, in_sample, canonical, region, runtime, role)
     SELECT encode(sha256(id::bytea), 'hex'), feed, source, instrument, venue, $1::timestamptz,
       horizon_hours, $1::timestamptz + horizon_hours * interval '1 hour', model_name, model_version, price,
       log_return_quantiles, probability_up, volatility, features, baselines, issued_at, timeliness, in_sample,
       canonical, 'elsewhere', runtime, role
     FROM forecasts WHERE role = 'champion' ORDER BY origin_at DESC, horizon_hours LIMIT 4`,
    [new Date(origin)],
  );

describe('a region that is cut off from the primary', () => {
  it('goes on forecasting for those inside, and catches up without a double or a gap', async () => {
    const before = await waitFor(latest, { deadlineMs: PATIENCE, what: 'the first forecast' });
    line.cut();
    const inside = await waitFor(
      async () => {
        const newest = await latest();
        return newest.at >= before.at + 2 * HOUR_MS && !newest.canonical ? newest : undefined;
      },
      { deadlineMs: PATIENCE, what: 'a forecast of a candle that closed after the cut' },
    );
    expect(inside.source).toBe('demo');
    expect(Date.parse(inside.issuedAt)).toBeGreaterThanOrEqual(inside.at);
    expect(await health()).toEqual({
      status: 200,
      notes: [expect.stringContaining('the primary is away'), expect.stringMatching(/^\d+ forecasts wait/)],
    });
    expect(await metric('forecast_journal_forecasts')).toBeGreaterThanOrEqual(4);
    await answeredElsewhere(inside.at);
    await waitFor(async () => (await latest()).at > inside.at, {
      deadlineMs: PATIENCE,
      what: 'the next forecast',
    });
    line.join();
    await waitFor(async () => (await metric('forecast_journal_forecasts')) === 0, {
      deadlineMs: PATIENCE,
      what: 'the journal is brought to the primary',
    });
    const after = await waitFor(
      async () => {
        const newest = await latest();
        return newest.canonical && newest.at > inside.at ? newest : undefined;
      },
      { deadlineMs: PATIENCE, what: 'forecasts are stored again' },
    );
    const rows = await ask<{ origin: number; horizon: number; n: number; of: string }>(
      pair.primary.url,
      `SELECT (date_part('epoch', origin_at) * 1000)::float8 AS origin, horizon_hours AS horizon, count(*)::int AS n,
         min(region) AS of
       FROM forecasts WHERE canonical AND origin_at BETWEEN $1 AND $2 GROUP BY 1, 2 ORDER BY 2, 1`,
      [new Date(before.at), new Date(after.at)],
    );
    const hours = (after.at - before.at) / HOUR_MS + 1;
    const origins = Array.from({ length: hours }, (_, n) => before.at + n * HOUR_MS);
    expect(rows.map(({ origin, horizon, n }) => [horizon, origin, n])).toEqual(
      [1, 4, 24, 168].flatMap((horizon) => origins.map((origin) => [horizon, origin, 1])),
    );
    expect(new Set(rows.filter(({ origin }) => origin === inside.at).map(({ of }) => of))).toEqual(
      new Set(['elsewhere']),
    );
    const [own] = await ask<{ region: string; canonical: boolean; timeliness: string }>(
      pair.primary.url,
      'SELECT region, canonical, timeliness FROM forecasts WHERE id = $1',
      [inside.id],
    );
    // What came too late to be proven is not said to be on time, whatever those inside were told.
    expect(own).toEqual({ region: 'here', canonical: false, timeliness: 'backfilled' });
    expect(await metric('forecast_journal_replayed_total{[^}]*outcome="variant"')).toBeGreaterThanOrEqual(4);
    expect((await health()).notes).toEqual([]);
  }, 90_000);
});
