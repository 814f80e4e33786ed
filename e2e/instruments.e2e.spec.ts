import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { repositoryRoot, waitFor } from '@btcforecast/testing';
import { writeMarketFile } from './support/market-file.js';
import { RunningSystem } from './support/running-system.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);
const HISTORY_HOURS = 800 * 24;

jest.setTimeout(300_000);

describe('a replay of two instruments', () => {
  const system = new RunningSystem();

  beforeAll(async () => {
    const file = (name: string, hours: number) =>
      writeMarketFile(join(system.folder, name), FROM - HISTORY_HOURS * HOUR, HISTORY_HOURS + hours, []).path;
    const files = `${file('btc.csv', 24 * 60)},ETH-USD=${file('eth.csv', 24 * 50)}`;
    const replay = ['--source', 'replay', '--file', files, '--from', '2025-01-01'];
    await system.start([...replay, '--speed', '1200']); // an hour in three seconds
  });
  afterAll(() => system.remove());

  const btcf = async (...args: string[]) => {
    const child = spawn(process.execPath, [join(repositoryRoot, 'apps', 'cli', 'bin', 'btcf.mjs'), ...args], {
      env: { ...process.env, NODE_OPTIONS: '', BTCF_DATA_DIR: system.dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };
  const counts = () =>
    system.query<{ instrument: string; model: string; n: number }>(
      `SELECT instrument, model_name AS model, count(*)::int AS n FROM forecasts WHERE canonical
       GROUP BY instrument, model_name ORDER BY instrument`,
    );

  it('has forecasts of both, the new one from the pooled base model', async () => {
    const found = await waitFor(
      async () => {
        const rows = await counts();
        return rows.length >= 2 && rows.every(({ n }) => n >= 12) ? rows : undefined;
      },
      { deadlineMs: 120_000, what: 'three hours of forecasts of both' },
    );
    expect(found.map(({ instrument }) => instrument)).toEqual(['BTC-USD', 'ETH-USD']);
    expect(found.find(({ instrument }) => instrument === 'ETH-USD')!.model).toBe('base');
    const { status, body } = await system.get('/v1/forecasts/ETH-USD?horizon=4h');
    expect(status).toBe(200);
    expect(body).toMatchObject({ instrument: 'ETH-USD', model: { name: 'base' }, source: 'replay' });
    const { body: listed } = await system.get('/v1/instruments');
    expect(listed.data.map(({ id }: { id: string }) => id)).toEqual(['BTC-USD', 'ETH-USD']);
    expect((await system.get('/v1/forecasts/SOL-USD?horizon=4h')).status).toBe(404);
  });

  it('has them scored and entered into the track record, which btcf verify finds sound', async () => {
    const scored = () =>
      system.query<{ instrument: string }>(
        `SELECT DISTINCT instrument FROM track_record t JOIN forecasts f ON f.id = t.subject WHERE kind = 'outcome'`,
      );
    await waitFor(async () => (await scored()).length === 2, {
      deadlineMs: 60_000,
      what: 'outcomes of both',
    });
    const { code, output } = await btcf('verify', '--save', join(system.folder, 'record.ndjson'));
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('all scores hold') });
    expect(output).toMatch(/replay-[0-9a-f]{8} +ETH-USD +4h/);
  });

  it('goes on with the record after the worker was killed, without a break or a forecast left out', async () => {
    await system.kill('worker');
    const [before] = await counts();
    await waitFor(async () => (await counts())[0]!.n >= before!.n + 12, {
      deadlineMs: 60_000,
      what: 'more hours',
    });
    const missing = () =>
      system.query(
        `SELECT f.id FROM forecasts f LEFT JOIN track_record t ON t.kind = 'forecast' AND t.subject = f.id
         WHERE t.seq IS NULL AND f.recorded_at < now() - interval '10 seconds'`,
      );
    await waitFor(async () => (await missing()).length === 0, {
      deadlineMs: 60_000,
      what: 'none is left out',
    });
    expect(await btcf('verify')).toMatchObject({ code: 0 });
    expect(await btcf('verify', join(system.folder, 'record.ndjson'))).toMatchObject({ code: 0 });
  });
});
