import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { RunningSystem } from './support/running-system.js';
import { writeMarketFile, type MarketFile } from './support/market-file.js';
import {
  backtestOf,
  keyOf,
  numbersOf,
  servedForecasts,
  type ServedForecast,
} from './support/served-forecasts.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);
/** More than a forecast may depend on, so that a shorter start is long enough, too. */
const HISTORY_HOURS = 840 * 24;
const SHORTER_BY_HOURS = 30 * 24;
const FILE_FROM = FROM - HISTORY_HOURS * HOUR;
/** Never traded, as in the real files: two hours before the replay begins, and one that is passed during it. */
const MISSING = [FROM - 30 * HOUR, FROM - 29 * HOUR, FROM + 20 * HOUR];
const HORIZONS = [1, 4, 24, 168];
const SAMPLE = 200;
/** How far the replay goes on after each process that is killed. */
const ON_HOURS = 6;

jest.setTimeout(300_000);

interface ForecastRow {
  id: string;
  origin: string;
  horizon: number;
  issued: string;
  timeliness: string;
  row: string;
}

const ALL_FORECASTS = `SELECT id, extract(epoch FROM origin_at) * 1000 AS origin, horizon_hours AS horizon,
  extract(epoch FROM issued_at) * 1000 AS issued, timeliness, md5(f::text) AS row
  FROM forecasts f WHERE canonical ORDER BY origin_at, horizon_hours`;

function expectedTimeliness({ origin, horizon, issued }: ForecastRow): string {
  if (Number(issued) >= Number(origin) + horizon * HOUR) return 'backfilled';
  return Number(issued) >= Number(origin) + HOUR ? 'late' : 'on_time';
}

/** Hourly origins from the first one on that should have a forecast: one for every candle of the file. */
function originsOf(file: MarketFile, first: number, last: number): number[] {
  return [...file.closes.keys()]
    .map((open) => open + HOUR)
    .filter((origin) => origin >= first && origin <= last);
}

describe('a replay at high speed', () => {
  const system = new RunningSystem();
  let file: MarketFile;

  const start = () =>
    system.start([...['--source', 'replay', '--file', file.path, '--from', '2025-01-01', '--speed', '3600']]);

  beforeAll(async () => {
    file = writeMarketFile(join(system.folder, 'market.csv'), FILE_FROM, HISTORY_HOURS + 24 * 60, MISSING);
    await start();
  });

  afterAll(() => system.remove());

  const newestOrigin = async () =>
    Number((await system.query<ForecastRow>(ALL_FORECASTS)).at(-1)?.origin ?? 0);
  const reach = (origin: number, what: string) =>
    waitFor(async () => (await newestOrigin()) >= origin, { deadlineMs: 120_000, everyMs: 250, what });

  it('answers with a forecast of the replayed price and names its source', async () => {
    const { status, body } = await system.get('/v1/forecasts/BTC-USD?horizon=24h');
    expect(status).toBe(200);
    expect(body).toMatchObject({ instrument: 'BTC-USD', horizon: '24h', source: 'replay', inSample: false });
    expect(body.price).toBe(file.closes.get(Date.parse(body.origin) - HOUR));
    expect(Date.parse(body.target) - Date.parse(body.origin)).toBe(24 * HOUR);
    expect(body.quantiles['0.05']).toBeLessThan(body.quantiles['0.95']);
  });

  it('names its source in every reply', async () => {
    await reach(FROM + 3 * HOUR, 'three hours have passed');
    for (const path of ['instruments', 'instruments/BTC-USD/candles', 'forecasts/BTC-USD?horizon=1h,168h']) {
      const { status, body } = await system.get(`/v1/${path}`);
      expect({ path, status, source: body.source }).toEqual({ path, status: 200, source: 'replay' });
    }
    const { body } = await system.get('/v1/performance/BTC-USD?horizon=1h');
    expect(body.source).toBe('replay');
  });

  it('serves the candles of the file as they are, and shows what is missing', async () => {
    const from = new Date(FROM - 40 * HOUR).toISOString();
    const { body } = await system.get(`/v1/instruments/BTC-USD/candles?interval=1h&from=${from}&limit=30`);
    for (const candle of body.data) expect(candle.close).toBe(file.closes.get(Date.parse(candle.openTime)));
    const missing = body.gaps.map((gap: { from: string; to: string }) => [
      Date.parse(gap.from),
      Date.parse(gap.to),
    ]);
    expect(missing).toEqual([[FROM - 30 * HOUR, FROM - 28 * HOUR]]);
  });

  it('scores forecasts as their targets close, beside the baselines', async () => {
    const { body } = await waitFor(
      async () => {
        const reply = await system.get('/v1/performance/BTC-USD?horizon=1h&window=all');
        return reply.body.baselines?.ewma_rw.low !== null ? reply : undefined;
      },
      // A busy machine issues many of them too late to count.
      { deadlineMs: 240_000, everyMs: 500, what: 'enough forecasts of 1 h have matured for an interval' },
    );
    expect(body.n).toBeGreaterThanOrEqual(10);
    expect(body.pinball).toBeGreaterThan(0);
    for (const name of ['ewma_rw', 'garch_t', 'uncond_1y']) {
      expect(body.baselines[name].n).toBe(body.n);
      expect(body.baselines[name].difference).toBeCloseTo(body.pinball - body.baselines[name].pinball, 6);
      expect(body.baselines[name].low).toBeLessThanOrEqual(body.baselines[name].high);
    }
  });

  it('issues no forecast at a candle that never traded', async () => {
    await reach(FROM + 24 * HOUR, 'the missing hour has been passed');
    const origins = (await system.query<ForecastRow>(ALL_FORECASTS)).map(({ origin }) => Number(origin));
    expect(origins).not.toContain(FROM + 21 * HOUR);
  });

  it.each(['gateway', 'market-data', 'prediction', 'worker', 'database'])(
    'goes on where it was after kill -9 of %s: no origin lacks a forecast, none is doubled or changed',
    async (service) => {
      const before = await system.query<ForecastRow>(ALL_FORECASTS);
      await system.kill(service);
      const last = Number(before.at(-1)?.origin) + ON_HOURS * HOUR;
      await reach(last, `the replay is ${ON_HOURS} h further after ${service} was killed`);
      const expected = originsOf(file, Number(before[0]?.origin), last);
      await waitFor(
        async () => {
          const rows = await system.query<ForecastRow>(ALL_FORECASTS);
          return expected.every((origin) => rows.filter((row) => Number(row.origin) === origin).length === 4);
        },
        { deadlineMs: 60_000, everyMs: 500, what: 'every origin has its four forecasts' },
      );
      const after = await system.query<ForecastRow>(ALL_FORECASTS);
      const kept = new Map(after.map((row) => [row.id, row.row]));
      expect(before.filter((row) => kept.get(row.id) !== row.row)).toEqual([]);
      for (const row of after) expect({ ...row, timeliness: expectedTimeliness(row) }).toEqual(row);
      for (const origin of expected) {
        const horizons = after.filter((row) => Number(row.origin) === origin).map(({ horizon }) => horizon);
        expect({ origin, horizons }).toEqual({ origin, horizons: HORIZONS });
      }
    },
  );

  it('marks what was issued too late, and does not count it', async () => {
    const rows = await system.query<ForecastRow>(ALL_FORECASTS);
    const late = rows.filter(({ timeliness }) => timeliness !== 'on_time');
    expect(late.length).toBeGreaterThan(0);
    const { body } = await system.get('/v1/performance/BTC-USD?horizon=1h&window=all');
    const ofHorizon = late.filter(({ horizon }) => horizon === 1);
    expect(body.excluded.late + body.excluded.backfilled).toBeGreaterThanOrEqual(ofHorizon.length);
    const onTime = rows.filter(({ horizon, timeliness }) => horizon === 1 && timeliness === 'on_time');
    expect(body.n).toBeLessThanOrEqual(onTime.length + 60);
  });

  it('stops on Ctrl-C with nothing left running, and resumes the replay where it was', async () => {
    const last = await newestOrigin();
    const { pids, gatewayUrl } = system.runFile();
    expect(await system.stop()).toBe(0);
    for (const [name, pid] of Object.entries(pids)) {
      expect({ name, running: isRunning(pid) }).toEqual({ name, running: false });
    }
    await expect(fetch(gatewayUrl)).rejects.toThrow();
    await start();
    await reach(last + 3 * HOUR, 'the replay goes on');
    await waitFor(
      async () => {
        const rows = await system.query<ForecastRow>(ALL_FORECASTS);
        const origins = [...new Set(rows.map(({ origin }) => Number(origin)))];
        const expected = originsOf(file, origins[0] ?? 0, last + 3 * HOUR);
        return expected.every((origin) => origins.includes(origin));
      },
      { deadlineMs: 60_000, everyMs: 500, what: 'no origin lacks a forecast after the restart' },
    );
  });

  describe('has forecasts, made before and after all that, which', () => {
    let served: ServedForecast[];
    beforeAll(async () => {
      const count = async () => (await system.query(ALL_FORECASTS)).length;
      await waitFor(async () => (await count()) >= SAMPLE, { deadlineMs: 120_000, what: 'the whole sample' });
      served = await servedForecasts(system);
    });

    it('are enough to be a sample', () => {
      expect(served.length).toBeGreaterThanOrEqual(SAMPLE);
    });

    it('are what a backtest says, digit by digit, in batches of 256 and every hour', async () => {
      const rows = await backtestOf(system, served, { data: file.path, every: '1h', batch: '256' });
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
      const rows = await backtestOf(system, served, { data: shorter, every: '5h', batch: '1' });
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
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
