import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source.js';
import { migrate } from './migrate.js';

const FORECAST = `INSERT INTO forecasts (id, feed, source, instrument, venue, origin_at, horizon_hours, target_at,
  model_name, model_version, price, log_return_quantiles, probability_up, volatility, features, baselines,
  issued_at, timeliness, in_sample, canonical, region, runtime)
  VALUES (repeat($1, 64), 'demo', 'demo', 'BTC-USD', 'demo', '2025-01-01Z', 24, '2025-01-02Z', 'har', 1, 100,
  $2, 0.5, 0.01, '{1}', '{}', '2025-01-01Z', 'on_time', false, $3, 'solo', '{}')`;
const ASCENDING = [-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03];

const CANDLE = `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
  VALUES ('BTC-USD', 'demo', '1h', '2025-01-01Z', $1, $2, $3, $4, $5, 'fetched')`;

let database: TestDatabase;
let dataSource: DataSource;

beforeEach(async () => {
  database = await testDatabase({ migrated: false });
  dataSource = createDataSource({ url: database.url, applicationName: 'test' });
  await dataSource.initialize();
});

afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const tables = async () =>
  (await dataSource.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).map(
    ({ tablename }: { tablename: string }) => tablename,
  );

describe('migrate', () => {
  it('brings an empty database to the newest schema, and the second time finds nothing to do', async () => {
    expect(await migrate(database.url)).not.toEqual([]);
    expect(await tables()).toContain('forecasts');
    expect(await migrate(database.url)).toEqual([]);
  });

  it('lets only one of several callers at once do the work', async () => {
    const done = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(done.filter((names) => names.length > 0)).toHaveLength(1);
  });

  it('goes down to nothing and up again', async () => {
    await migrate(database.url);
    for (const _migration of dataSource.migrations) await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['schema_migrations']);
    expect(await migrate(database.url)).not.toEqual([]);
  });
});

describe('the schema', () => {
  beforeEach(() => migrate(database.url));

  it.each([
    'UPDATE forecasts SET price = 1',
    'DELETE FROM forecasts',
    'TRUNCATE forecasts CASCADE',
    'TRUNCATE forecast_scores',
  ])('refuses %j', async (statement) => {
    await dataSource.query(FORECAST, ['a', ASCENDING, true]);
    await expect(dataSource.query(statement)).rejects.toThrow('immutable');
  });

  it('refuses to change or delete a score', async () => {
    await dataSource.query(FORECAST, ['a', ASCENDING, true]);
    await dataSource.query(`INSERT INTO forecast_scores (forecast_id, state, baseline_pinball, matured_at)
      VALUES (repeat('a', 64), 'void', '{}', '2025-01-09Z')`);
    await expect(dataSource.query(`UPDATE forecast_scores SET pinball = 0`)).rejects.toThrow('immutable');
    await expect(dataSource.query(`DELETE FROM forecast_scores`)).rejects.toThrow('immutable');
  });

  it('refuses quantiles that cross, too few of them, and NaN among them', async () => {
    for (const quantiles of [[...ASCENDING].reverse(), ASCENDING.slice(1), ASCENDING.with(3, Number.NaN)]) {
      await expect(dataSource.query(FORECAST, ['a', quantiles, true])).rejects.toThrow(
        'log_return_quantiles',
      );
    }
  });

  it('allows one canonical forecast for an origin, and variants beside it', async () => {
    await dataSource.query(FORECAST, ['a', ASCENDING, true]);
    await expect(dataSource.query(FORECAST, ['b', ASCENDING, true])).rejects.toThrow('forecasts_canonical');
    await dataSource.query(FORECAST, ['b', ASCENDING, false]);
  });

  it('refuses candles that no market can have made', async () => {
    await dataSource.query(`SELECT ensure_candle_partitions('2025-01-01Z', '2025-01-01Z')`);
    const impossible = [
      [100, 99, 90, 95, 1], // high below open
      [100, 110, 101, 105, 1], // low above open
      [100, 110, 0, 105, 1], // worth nothing
      [100, 110, 90, 105, -1], // negative volume
      [100, Number.NaN, 90, 105, 1],
      [100, Number.POSITIVE_INFINITY, 90, 105, 1],
      [100, 110, Number.NaN, 105, 1],
    ];
    for (const numbers of impossible) {
      await expect(dataSource.query(CANDLE, numbers)).rejects.toThrow('candles_sane');
    }
    await dataSource.query(CANDLE, [100, 110, 90, 105, 0]);
  });

  it('makes each month of candles one partition, however many ask at once', async () => {
    const ask = () =>
      dataSource.query(`SELECT ensure_candle_partitions('2024-12-31T23:00Z', '2025-02-01Z') AS made`);
    const made = (await Promise.all([ask(), ask(), ask()])).flat().map((row: { made: number }) => row.made);
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect((await tables()).filter((name: string) => name.startsWith('candles_2')).sort()).toEqual([
      'candles_2024_12',
      'candles_2025_01',
      'candles_2025_02',
    ]);
  });
});
