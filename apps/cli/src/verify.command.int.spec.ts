import { NO_LIMITS } from '@btcforecast/contracts';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDataSource, ForecastEntity } from '@btcforecast/database';
import {
  FeedSettings,
  forecastId,
  ScoreRepository,
  TrackRecordKeyFile,
  TrackRecordQueries,
  TrackRecordService,
} from '@btcforecast/prediction';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import { HOUR_MS, scoreOutcome } from '@btcforecast/timeseries';
import type { DataSource } from 'typeorm';
import { main } from './main.js';

const START = Date.UTC(2026, 0, 1);
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const QUANTILES = [-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03];
const FORECASTS = 5;

let database: TestDatabase;
let dataSource: DataSource;
let server: Server;
let url: string;
let folder: string;
const ids: string[] = [];
let printed: string;
let complained: string;

/** Five hours of a live market, each with a forecast and the outcome of the one before, all entered and signed. */
async function writeRecord(): Promise<void> {
  let nowMs = START;
  const keyFile = new TrackRecordKeyFile(join(folder, 'track-record.key'));
  const record = new TrackRecordService(dataSource, keyFile, () => Promise.resolve(nowMs));
  for (let hour = 0; hour < FORECASTS; hour++) {
    const origin = START + hour * HOUR_MS;
    nowMs = origin + 60_000;
    await record.extend();
    ids.push(await insertForecast(origin));
    await record.extend();
    const scores = scoreOutcome(
      {
        price: 100,
        levels: LEVELS,
        quantiles: QUANTILES,
        probabilityUp: 0.6,
        baselines: { ewma_rw: QUANTILES },
      },
      100 + hour,
    );
    const maturedAt = new Date(origin + HOUR_MS);
    await new ScoreRepository(dataSource).store([
      {
        ...scores,
        baselinePinball: { ...scores.baselinePinball },
        forecastId: ids.at(-1)!,
        state: 'matured',
        outcomeClose: 100 + hour,
        maturedAt,
      },
    ]);
  }
  for (let i = 0; i < 2; i++) {
    nowMs += HOUR_MS;
    await record.extend();
  }
}

async function insertForecast(originAt: number): Promise<string> {
  const identity = {
    instrument: 'BTC-USD',
    venue: 'binance',
    originAt,
    horizonHours: 1,
    features: [originAt],
  };
  const model = { modelName: 'har', modelVersion: 1 };
  const id = forecastId({ ...identity, ...model });
  await dataSource.getRepository(ForecastEntity).insert({
    id,
    feed: 'live',
    source: 'live',
    instrument: 'BTC-USD',
    venue: 'binance',
    originAt: new Date(originAt),
    horizonHours: 1,
    targetAt: new Date(originAt + HOUR_MS),
    ...model,
    price: 100,
    logReturnQuantiles: QUANTILES,
    probabilityUp: 0.6,
    volatility: 0.02,
    features: [originAt],
    baselines: { ewma_rw: QUANTILES },
    issuedAt: new Date(originAt + 1_000),
    timeliness: 'on_time',
    inSample: false,
    canonical: true,
    role: 'champion',
    region: 'test',
    runtime: {},
  });
  return id;
}

/** The two routes of the gateway, on the real record. */
async function serveRecord(): Promise<string> {
  const queries = new TrackRecordQueries(dataSource, new FeedSettings('live', 'live', 'test'));
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const id = pathname.startsWith('/v1/track-record/proof/') ? pathname.split('/').at(-1)! : null;
    const answer = id
      ? queries.proof(id, NO_LIMITS)
      : queries.page(Number(searchParams.get('after')), Math.min(4, Number(searchParams.get('limit'))));
    answer.then(
      (body) => response.end(JSON.stringify(body)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-verify-'));
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  await writeRecord();
  url = await serveRecord();
  await writeFile(join(folder, 'key'), 'btcf_key');
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await dataSource?.destroy();
  await database?.drop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  printed = complained = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((complained += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env.DATABASE_URL;
  delete process.env.BTCF_DATA_DIR;
});

const path = (name: string) => join(folder, name);
const remote = () => ['--url', url, '--key-file', path('key')];

describe('btcf verify', () => {
  it('checks a record of the API, keeps it and its roots, and then checks it without the API', async () => {
    const save = ['--save', path('record.ndjson'), '--save-roots', path('roots.ndjson')];
    expect(await main(['verify', ...remote(), ...save])).toBe(0);
    expect(printed).toContain('11 entries: 1 keys, 5 forecasts (0 unproven), 5 outcomes');
    expect(printed).toMatch(/live +BTC-USD +1h +5 +[\d.]+ +[\d.]+ +40.0 % +60.0 % +80.0 % +[\d.]+ +0 +0/);
    expect(printed).toContain('no roots saved earlier were compared');
    const online = printed.split('\n').slice(0, 4);
    printed = '';
    expect(await main(['verify', path('record.ndjson'), '--known-roots', path('roots.ndjson')])).toBe(0);
    expect(printed.split('\n').slice(0, 4)).toEqual(online);
    expect(printed).toContain('6 roots saved earlier are all in the record unchanged');
  });

  it('reads a gzipped file, and a single page that is spread over lines', async () => {
    const lines = (await readFile(path('record.ndjson'), 'utf8')).trimEnd().split('\n');
    await writeFile(path('record.ndjson.gz'), gzipSync(lines.join('\n')));
    expect(await main(['verify', path('record.ndjson.gz'), '--json'])).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ entries: 11, unsigned: 0, roots: 6, comparedRoots: null });
    await writeFile(path('page.json'), JSON.stringify(JSON.parse(lines[0]!), null, 2));
    expect(await main(['verify', path('page.json')])).toBe(0);
  });

  it('names the first entry that was changed, and fails', async () => {
    const text = await readFile(path('record.ndjson'), 'utf8');
    const changed = text.replace(/(\\"close\\":)102/, '$1103');
    expect(changed).not.toBe(text);
    await writeFile(path('changed.ndjson'), changed);
    expect(await main(['verify', path('changed.ndjson')])).toBe(1);
    expect(complained).toContain('the track record is broken: entry 7: its contents do not give its hash');
    expect(printed).toBe('');
  });

  it('fails against a root that the record does not have any more, and does not save its own', async () => {
    const [first] = (await readFile(path('roots.ndjson'), 'utf8')).split('\n');
    const other = { ...(JSON.parse(first!) as object), root: 'a'.repeat(64) };
    await writeFile(path('other.ndjson'), JSON.stringify(other));
    const args = [
      'verify',
      ...remote(),
      '--known-roots',
      path('other.ndjson'),
      '--save-roots',
      path('never'),
    ];
    expect(await main(args)).toBe(1);
    expect(complained).toContain('is not the one that you saved: entries 1 to 2 were rewritten');
    await expect(stat(path('never'))).rejects.toThrow('ENOENT');
  });

  it('checks the proof of one forecast, alone and against saved roots', async () => {
    expect(await main(['verify', ...remote(), '--forecast', ids[2]!])).toBe(0);
    expect(printed).toContain(`forecast ${ids[2]} is entry 6, entered at 2026-01-01T02:01:00.000Z`);
    expect(printed).toContain('compare it with the root');
    printed = '';
    const known = ['--known-roots', path('roots.ndjson')];
    expect(await main(['verify', ...remote(), '--forecast', ids[2]!, ...known])).toBe(0);
    expect(printed).toContain('which is the root that you saved');
  });

  it.each([
    ['a file that is not there', ['none.ndjson'], /none.ndjson cannot be read/],
    ['a file of something else', ['key'], /key, line 1: it is not JSON/],
    ['a page of something else', ['roots.ndjson'], /line 1: it is no page of a track record/],
  ])('says so when given %s', async (_what, [name], reason) => {
    expect(await main(['verify', path(name!)])).toBe(1);
    expect(complained).toMatch(reason);
  });

  it('refuses a file together with an address, and an id that is none', async () => {
    expect(await main(['verify', path('record.ndjson'), ...remote()])).toBe(1);
    expect(await main(['verify', '--forecast', 'abc'])).toBe(2);
  });
});

describe('btcf track-record rotate-key', () => {
  it('puts a new key in force', async () => {
    process.env.DATABASE_URL = database.url;
    process.env.BTCF_DATA_DIR = folder;
    const before = await readFile(path('track-record.key'), 'utf8');
    expect(await main(['track-record', 'rotate-key'])).toBe(0);
    expect(printed).toMatch(/^key [0-9a-f]{16} is in force from entry 12 on, signed by [0-9a-f]{16}/);
    expect(await readFile(path('track-record.key'), 'utf8')).not.toBe(before);
    printed = '';
    expect(await main(['verify', ...remote(), '--json'])).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ entries: 12, keys: [{ since: 1 }, { since: 12 }] });
  });
});
