import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { createLogger, JobQueues } from '@btcforecast/platform';
import { testDatabase, waitFor } from '@btcforecast/testing';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { capturedOutput } from '../test/captured-output.js';
import { main } from './main.js';

const T0 = Date.UTC(2025, 0, 1);
const HOUR_MS = 3_600_000;
const line = (hour: number) => `${T0 + hour * HOUR_MS},100,102,99,101,5`;

let folder: string;
let database: Awaited<ReturnType<typeof testDatabase>>;
let dataSource: DataSource;
const output = capturedOutput();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-data-'));
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  process.env['DATABASE_URL'] = database.url;
  process.env['BTCF_DATA_DIR'] = join(folder, 'data');
});
afterEach(() => {
  delete process.env['DATABASE_URL'];
  delete process.env['BTCF_DATA_DIR'];
});

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.join('\n'));
  return path;
}

const runFile = async (state: object) => {
  await mkdir(join(folder, 'data'), { recursive: true });
  const common = {
    pid: process.pid,
    adminKeyFile: 'x',
    source: 'demo',
    feed: 'demo',
    gatewayUrl: 'http://x',
  };
  await writeFile(
    join(folder, 'data', 'run.json'),
    JSON.stringify({ ...common, databaseUrl: database.url, ...state }),
  );
};

describe('btcf data import', () => {
  it('imports a file and says how many candles were new', async () => {
    const path = await file('good.csv', [line(0), line(1), line(2)]);
    expect(await main(['data', 'import', path])).toBe(0);
    expect(output.said).toMatch(
      /3 new 1h candles of BTC-USD at imported, 0 known already .* 0 of 3 lines broken/,
    );
    expect(await main(['data', 'import', path])).toBe(0);
    expect(output.said).toMatch(/0 new 1h candles of BTC-USD at imported, 3 known already/);
  });

  it('stops at a broken line and leaves nothing of the file, or skips it and says so, as chosen', async () => {
    const path = await file('bad.csv', [line(0), 'oops', line(1)]);
    expect(await main(['data', 'import', path, '--venue', 'bad'])).toBe(1);
    expect(output.said).toMatch(/^btcf: line 2 of .*bad.csv is not a candle: it has 1 columns/m);
    const count = () => dataSource.query(`SELECT count(*)::int AS n FROM candles WHERE venue = 'bad'`);
    expect(await count()).toEqual([{ n: 0 }]);
    expect(await main(['data', 'import', path, '--venue', 'bad', '--on-error', 'skip'])).toBe(0);
    expect(output.said).toMatch(/line 2 left out: it has 1 columns/);
    expect(await count()).toEqual([{ n: 2 }]);
  });

  it('takes the database of the running system, and says how to start one when none runs', async () => {
    delete process.env['DATABASE_URL'];
    const path = await file('run.csv', [line(0), line(1)]);
    expect(await main(['data', 'import', path])).toBe(1);
    expect(output.said).toMatch(/there is no database: start the system with npm start/);
    await runFile({});
    expect(await main(['data', 'import', path, '--venue', 'running'])).toBe(0);
    output.said = '';
    await runFile({ pid: 2 ** 30 });
    expect(await main(['data', 'import', path])).toBe(1);
    expect(output.said).toMatch(/there is no database/);
  });

  it.each([
    [
      'an unknown interval',
      ['data', 'import', 'x.csv', '--interval', '7h'],
      2,
      /Allowed choices are auto, 1m/,
    ],
    ['a missing file', ['data', 'import', '/none.csv'], 1, /there is no such file/],
    ['an instrument that is none', ['data', 'import', 'x.csv', '--instrument', 'bitcoin'], 2, /BTC-USD/],
  ])('names %s in one sentence', async (_what, args, code, message) => {
    expect(await main(args)).toBe(code);
    expect(output.said).toMatch(message);
    expect(output.said.trim().split('\n')).toHaveLength(1);
  });
});

describe('btcf data gaps', () => {
  it('lists missing ranges, for people and for programs', async () => {
    expect(await main(['data', 'gaps'])).toBe(0);
    expect(output.said).toMatch(/^no gaps$/m);
    await dataSource.query(
      `INSERT INTO candle_gaps (instrument, venue, "interval", from_time, to_time, opened_at, next_attempt_at)
       VALUES ('BTC-USD', 'binance', '1h', $1, $2, now(), now())`,
      [new Date(T0), new Date(T0 + 2 * HOUR_MS)],
    );
    output.said = '';
    expect(await main(['data', 'gaps', '--state', 'open'])).toBe(0);
    expect(output.said).toMatch(
      /BTC-USD\s+binance\s+1h\s+2025-01-01T00:00:00Z\s+2025-01-01T02:00:00Z\s+open\s+0/,
    );
    output.said = '';
    expect(await main(['data', 'gaps', '--json'])).toBe(0);
    expect(JSON.parse(output.said)).toMatchObject({ venue: 'binance', interval: '1h', state: 'open' });
    output.said = '';
    expect(await main(['data', 'gaps', '--state', 'repaired'])).toBe(0);
    expect(output.said).toMatch(/^no gaps$/m);
  });
});

describe('btcf data backfill', () => {
  const range = ['--from', '2024-01-01', '--to', '2025-06-01'];

  it('adds jobs for the feed that runs, waits for each, and says what they stored', async () => {
    await runFile({ feed: 'replay-00000001' });
    const queues = new JobQueues(
      { DATABASE_URL: database.url, REDIS_URL: undefined, OTEL_EXPORTER_OTLP_ENDPOINT: undefined },
      createLogger('test', { level: 'silent' }),
    );
    try {
      const queue = await queues.queue('data_processing');
      const done: unknown[] = [];
      const code = main(['data', 'backfill', ...range]);
      await waitFor(
        async () => {
          for (const job of await queue.getJobs(['waiting', 'prioritized'])) {
            done.push(job.data);
            await job.remove();
          }
          return done.length >= 1;
        },
        { deadlineMs: 20_000, what: 'the first job' },
      );
      // A job that vanishes must not keep anybody waiting.
      expect(await code).toBe(1);
      expect(output.said).toMatch(/the candles could not be fetched: the job has disappeared/);
      const from = Date.UTC(2024, 0, 1);
      expect(done[0]).toEqual({
        feed: 'replay-00000001',
        instrument: 'BTC-USD',
        interval: '1h',
        from,
        to: from + 10_000 * HOUR_MS,
      });
    } finally {
      await queues.close();
    }
  });

  it('refuses a range that ends before it begins', async () => {
    expect(await main(['data', 'backfill', '--from', '2025-01-02', '--to', '2025-01-01'])).toBe(1);
    expect(output.said).toMatch(/--from must lie before --to/);
  });
});
