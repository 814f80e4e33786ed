import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { repositoryRoot, waitFor } from '@btcforecast/testing';
import { writeMarketFile, type MarketFile } from './support/market-file.js';
import { RunningSystem } from './support/running-system.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);
/** More than a forecast may depend on, so that a shorter start is long enough, too. */
const HISTORY_HOURS = 840 * 24;
const SHORTER_BY_HOURS = 30 * 24;
const MISSING = [FROM - 30 * HOUR, FROM + 20 * HOUR];
const SAMPLE = 200;
const HORIZONS = ['1h', '4h', '24h', '168h'];
const LEVELS = ['0.05', '0.1', '0.25', '0.5', '0.75', '0.9', '0.95'];
const REPLAY = ['--from', '2025-01-01', '--speed', '3600'];

jest.setTimeout(300_000);

interface ServedForecast {
  readonly id: string;
  readonly origin: string;
  readonly horizon: string;
  readonly quantiles: Readonly<Record<string, number>>;
  readonly model: { readonly name: string; readonly version: number };
}

describe('forecasts of a replay', () => {
  const system = new RunningSystem();
  let file: MarketFile;
  let served: ServedForecast[];

  const start = () => system.start(['--source', 'replay', '--file', file.path, ...REPLAY]);
  const count = async () =>
    Number((await system.query<{ n: string }>('SELECT count(*) AS n FROM forecasts WHERE canonical'))[0]?.n);

  beforeAll(async () => {
    file = writeMarketFile(
      join(system.folder, 'market.csv'),
      FROM - HISTORY_HOURS * HOUR,
      HISTORY_HOURS + 2_000,
      MISSING,
    );
    await start();
    await waitFor(async () => (await count()) >= SAMPLE / 2, {
      deadlineMs: 120_000,
      what: 'half of the sample',
    });
    await system.stop();
    await start();
    await waitFor(async () => (await count()) >= SAMPLE, { deadlineMs: 120_000, what: 'the whole sample' });
    const pages = await Promise.all(
      HORIZONS.map((horizon) => system.get(`/v1/forecasts/BTC-USD/history?horizon=${horizon}&limit=1000`)),
    );
    served = pages.flatMap(({ body }) => body.data as ServedForecast[]);
  });

  afterAll(() => system.remove());

  /** Shortest decimals of each quantile, by origin and horizon, as `btcf backtest` writes them. */
  async function backtest(data: string, every: string, batch: string): Promise<Map<string, string>> {
    const origins = served.map(({ origin }) => Date.parse(origin));
    const { name, version } = served[0]!.model;
    const out = join(system.folder, `backtest-${every}-${batch}.csv`);
    await promisify(execFile)(process.execPath, [
      join(repositoryRoot, 'apps', 'cli', 'bin', 'btcf.mjs'),
      'backtest',
      ...['--data', data, '--every', every, '--batch', batch, '--out', out],
      ...['--from', new Date(Math.min(...origins)).toISOString()],
      ...['--to', new Date(Math.max(...origins)).toISOString()],
      ...['--model', `${name}@${version}`, '--refit', 'none'],
    ]);
    const [, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
    return new Map(
      rows.map((row) => {
        const [origin, hours, ...quantiles] = row.split(',');
        return [`${origin} ${hours}h`, quantiles.join(',')];
      }),
    );
  }

  const keyOf = ({ origin, horizon }: ServedForecast) => `${Date.parse(origin)} ${horizon}`;
  const numbersOf = ({ quantiles }: ServedForecast) =>
    LEVELS.map((level) => String(quantiles[level])).join(',');

  it('are enough to be a sample, made before and after a restart', () => {
    expect(served.length).toBeGreaterThanOrEqual(SAMPLE);
  });

  it('are what a backtest says, digit by digit, in batches of 256 and every hour', async () => {
    const rows = await backtest(file.path, '1h', '256');
    for (const forecast of served) {
      expect({ key: keyOf(forecast), row: rows.get(keyOf(forecast)) }).toEqual({
        key: keyOf(forecast),
        row: numbersOf(forecast),
      });
    }
  });

  it('are the same from a shorter start of history, every five hours, one by one', async () => {
    const shorter = join(system.folder, 'shorter.csv');
    const [header, ...lines] = readFileSync(file.path, 'utf8').trim().split('\n');
    writeFileSync(shorter, `${[header, ...lines.slice(SHORTER_BY_HOURS)].join('\n')}\n`);
    const rows = await backtest(shorter, '5h', '1');
    const compared = served.filter((forecast) => rows.has(keyOf(forecast)));
    expect(compared.length).toBeGreaterThanOrEqual(SAMPLE / 6);
    for (const forecast of compared) expect(rows.get(keyOf(forecast))).toBe(numbersOf(forecast));
  });

  it('are reproduced by the API from what is stored', async () => {
    for (const { id } of served.filter((_, index) => index % Math.ceil(served.length / 20) === 0)) {
      const { status, body } = await system.post(`/v1/forecasts/by-id/${id}/reproduce`);
      expect({ status, verdict: body.verdict, id: body.recomputedId, detail: body.detail }).toEqual({
        status: 200,
        verdict: 'identical',
        id,
        detail: expect.any(String),
      });
    }
  });
});
