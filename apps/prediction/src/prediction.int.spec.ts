import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, ForecastEntity } from '@btcforecast/database';
import {
  createLogger,
  EventBus,
  parseEnv,
  RpcClient,
  startService,
  type RunningService,
} from '@btcforecast/platform';
import { NO_LIMITS, predictionRpc } from '@btcforecast/contracts';
import { AliasService } from '@btcforecast/prediction';
import { repositoryRoot, testDatabase, waitFor } from '@btcforecast/testing';
import { MoreThan, type DataSource } from 'typeorm';
import { PredictionEnv } from './prediction.env.js';
import { PredictionModule } from './prediction.module.js';

const HOUR_MS = 3_600_000;
const feed = 'replay-0000000e';
const instrument = 'BTC-USD';
const ORIGIN = Date.UTC(2025, 0, 1);

let databaseUrl: string;
let dropDatabase: () => Promise<void>;
let dataSource: DataSource;
let service: RunningService;

const envOf = (over: Record<string, string> = {}) =>
  parseEnv(PredictionEnv, {
    DATABASE_URL: databaseUrl,
    RPC_TOKEN: 'a token of sixteen or more',
    RPC_PORT: '0',
    MARKET_SOURCE: 'replay',
    MARKET_FEED: feed,
    MODELS_DIR: join(repositoryRoot, 'models'),
    CHAMPION: 'har@1',
    LOG_LEVEL: 'fatal',
    ...over,
  });
const start = (env = envOf()) =>
  startService({
    name: 'prediction',
    module: PredictionModule,
    env,
    logger: createLogger('prediction', { level: 'fatal' }),
  });

/** Hourly candles that open in [ORIGIN + from, ORIGIN + to) hours: a rise and fall of a percent around 50,000. */
const insertCandles = (from: number, to: number) =>
  dataSource.query(
    `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
     SELECT $1, $2, '1h', $3::timestamptz + n * interval '1 hour', 50000 + 500 * sin(n - 1),
       50000 + 500 * greatest(sin(n - 1), sin(n)) + 10 + n % 7,
       50000 + 500 * least(sin(n - 1), sin(n)) - 10 - n % 5, 50000 + 500 * sin(n), 10 + n % 3, 'fetched'
     FROM generate_series($4::int, $5::int - 1) AS n`,
    [instrument, feed, new Date(ORIGIN), from, to],
  );
const setNow = (eventAt: number) =>
  dataSource.query(
    `INSERT INTO market_feeds VALUES ($1, $2, 'replay', $1, '1h', $3, now(), 0)
     ON CONFLICT (feed, instrument) DO UPDATE SET event_at = excluded.event_at, observed_at = now()`,
    [feed, instrument, new Date(eventAt)],
  );
const originsStored = async () => {
  const rows = await dataSource.getRepository(ForecastEntity).find({ order: { originAt: 'ASC' } });
  return rows.map(({ originAt }) => (originAt.getTime() - ORIGIN) / HOUR_MS);
};

async function withClient<T>(work: (rpc: RpcClient) => Promise<T>): Promise<T> {
  const env = envOf({ RPC_ADDRESSES_PREDICTION: `127.0.0.1:${service.rpcPort}` });
  const { app, close } = await startService({
    name: 'asker',
    module: class AskerModule {},
    env: { ...env, RPC_PORT: undefined } as unknown as typeof env,
    logger: createLogger('asker', { level: 'fatal' }),
  });
  try {
    return await work(app.get(RpcClient));
  } finally {
    await close();
  }
}

const scrape = async () => (await fetch(`http://127.0.0.1:${service.internalPort}/metrics`)).text();

beforeAll(async () => {
  const database = await testDatabase();
  databaseUrl = database.url;
  dropDatabase = () => database.drop();
  dataSource = await createDataSource({ url: databaseUrl, applicationName: 'test' }).initialize();
  await dataSource.query('SELECT ensure_candle_partitions($1, $2)', [
    new Date(ORIGIN - 10_000 * HOUR_MS),
    new Date(ORIGIN + 100 * HOUR_MS),
  ]);
  await insertCandles(-9_500, 0);
  service = await start();
});
afterAll(async () => {
  await service?.close();
  await dataSource?.destroy();
  await dropDatabase?.();
});

describe('prediction', () => {
  it('is ready before the market is, and says that there is no forecast yet', async () => {
    const ready = await fetch(`http://127.0.0.1:${service.internalPort}/health/ready`);
    expect(ready.status).toBe(200);
    await withClient(async (rpc) => {
      await expect(
        rpc.call(predictionRpc.latestForecasts, { instrument, horizons: ['24h'] }),
      ).rejects.toMatchObject({ kind: 'transient', code: 'forecast.none_yet' });
    });
  });

  it('makes the first forecast by itself as soon as the market’s clock is known', async () => {
    await setNow(ORIGIN + 60_000);
    await waitFor(async () => (await originsStored()).length === 4, {
      deadlineMs: 10_000,
      what: 'four forecasts',
    });
    await withClient(async (rpc) => {
      const reply = await rpc.call(predictionRpc.latestForecasts, { instrument, horizons: ['168h', '1h'] });
      expect(reply.data.map(({ horizon, timeliness }) => [horizon, timeliness])).toEqual([
        ['168h', 'on_time'],
        ['1h', 'on_time'],
      ]);
      const [first] = reply.data;
      const byId = await rpc.call(predictionRpc.forecastById, { limits: NO_LIMITS, id: first!.id });
      const { standing, ...issued } = first!;
      expect(standing.grade).toBe('cold_start');
      expect(byId).toEqual({ ...issued, outcome: null });
      const history = await rpc.call(predictionRpc.forecastHistory, { instrument, horizon: '1h', limit: 5 });
      expect(history.data).toHaveLength(1);
      const performance = await rpc.call(predictionRpc.performance, {
        instrument,
        horizon: '1h',
        window: '30d',
      });
      expect(performance).toMatchObject({ n: 0, source: 'replay', excluded: { pending: 1 } });
    });
  });

  it('answers a candle at once when told of it', async () => {
    await insertCandles(0, 1);
    await setNow(ORIGIN + HOUR_MS + 60_000);
    const events = service.app.get(EventBus);
    await waitFor(() => events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    await events.publish('candle.closed', {
      feed,
      instrument,
      venue: feed,
      interval: '1h',
      openTime: ORIGIN,
    });
    await waitFor(async () => (await originsStored()).length === 8, { deadlineMs: 4_000, what: 'forecasts' });
  });

  it('finds what was missed while it was down, and nothing is doubled', async () => {
    await service.close();
    await insertCandles(1, 6);
    await setNow(ORIGIN + 6 * HOUR_MS + 60_000);
    service = await start();
    await waitFor(async () => (await originsStored()).length === 28, {
      deadlineMs: 10_000,
      what: 'forecasts',
    });
    expect(await originsStored()).toEqual([0, 1, 2, 3, 4, 5, 6].flatMap((hours) => Array(4).fill(hours)));
  });

  it('counts what it does', async () => {
    const issuedLate = /forecast_issued_total\{horizon="24h",timeliness="late",outcome="canonical"[^}]*\} 4/;
    const text = await waitFor(
      async () => {
        const scraped = await scrape(); // a batch is counted once it is stored
        return issuedLate.test(scraped) ? scraped : undefined;
      },
      { deadlineMs: 5_000, what: 'four late forecasts are counted' },
    );
    expect(text).toMatch(/forecast_newest_age_seconds\{[^}]*\} 60/);
    expect(text).toMatch(/forecast_inference_seconds_count\{[^}]*\} [1-9]/);
  });

  it('swaps the champion from the origin on that a promotion names, and says who holds what', async () => {
    const move = await service.app.get(AliasService).promote({
      ...{ feed, instrument, name: 'uncond_1y', version: 1, alias: 'champion', override: true },
      ...{ actor: 'test', reason: 'to see it swap' },
    });
    expect(move.effectiveOrigin).toBe(ORIGIN + 8 * HOUR_MS);
    await insertCandles(6, 9);
    await setNow(ORIGIN + 9 * HOUR_MS + 60_000);
    const rows = async () => {
      const stored = await dataSource.getRepository(ForecastEntity).find({
        where: { originAt: MoreThan(new Date(ORIGIN + 6 * HOUR_MS)), horizonHours: 1 },
        order: { originAt: 'ASC', role: 'DESC' },
      });
      return stored.map(({ originAt, role, modelName }) => [
        (originAt.getTime() - ORIGIN) / HOUR_MS,
        role,
        modelName,
      ]);
    };
    await waitFor(async () => (await rows()).length === 5, { deadlineMs: 10_000, what: 'five forecasts' });
    expect(await rows()).toEqual([
      [7, 'champion', 'har'],
      [8, 'champion', 'uncond_1y'],
      [8, 'challenger', 'har'],
      [9, 'champion', 'uncond_1y'],
      [9, 'challenger', 'har'],
    ]);
    await waitFor(async () => /alias="challenger",model="har@1"[^}]*\} 1/.test(await scrape()), {
      deadlineMs: 5_000,
      what: 'the gauge',
    });
    const text = await scrape();
    expect(text).toMatch(/forecast_model_info\{[^}]*alias="champion",model="uncond_1y@1"[^}]*\} 1/);
    expect(text).not.toMatch(/alias="champion",model="har@1"/);
    expect(text).toMatch(/forecast_model_swaps_total\{instrument="BTC-USD"[^}]*\} 1/);
    expect(text).toMatch(/forecast_issued_total\{[^}]*outcome="shadow"[^}]*\} [12]/);
  });

  it('goes on with the predecessor, stays ready and names the reason when a champion cannot be loaded', async () => {
    await dataSource.query(
      `INSERT INTO model_versions
       SELECT 'damaged', 1, family, 'candidate', '\\x00', $1, jsonb_set(manifest, '{name}', '"damaged"'), now()
       FROM model_versions WHERE name = 'uncond_1y'`,
      ['0'.repeat(64)],
    );
    await dataSource.query(
      `INSERT INTO model_evaluations (model_name, model_version, onnx_sha256, kind, verdict, checks, evidence, decided_at)
       VALUES ('damaged', 1, $1, 'technical', 'passed', '[]', '{}', now())`,
      ['0'.repeat(64)],
    );
    await service.app.get(AliasService).promote({
      ...{ feed, instrument, name: 'damaged', version: 1, alias: 'champion', override: true },
      ...{ actor: 'test', reason: 'to see it fail' },
    });
    const health = async () => {
      const reply = await fetch(`http://127.0.0.1:${service.internalPort}/health/ready`);
      return { status: reply.status, ...((await reply.json()) as { notes?: string[] }) };
    };
    await waitFor(async () => (await health()).notes !== undefined, { deadlineMs: 10_000, what: 'a note' });
    expect(await health()).toMatchObject({
      status: 200,
      notes: [expect.stringMatching(/^the model damaged@1 cannot answer: .*SHA-256/)],
    });
    await insertCandles(9, 12);
    await setNow(ORIGIN + 12 * HOUR_MS + 60_000);
    const canonical = () =>
      dataSource.getRepository(ForecastEntity).findBy({
        originAt: new Date(ORIGIN + 12 * HOUR_MS),
        canonical: true,
      });
    await waitFor(async () => (await canonical()).length === 4, { deadlineMs: 10_000, what: 'forecasts' });
    expect(new Set((await canonical()).map(({ modelName }) => modelName))).toEqual(new Set(['uncond_1y']));
    expect(await scrape()).toMatch(/forecast_model_failures_total\{[^}]*\} [1-9]/);
  });

  it('does not start with a champion that is not there, and says what to check', async () => {
    await expect(start(envOf({ CHAMPION: 'har@77' }))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('check MODELS_DIR and CHAMPION'),
    });
  });
});
