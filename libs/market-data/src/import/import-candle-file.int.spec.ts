import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWhen, sharedData } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { Client } from 'pg';
import { gzipSync } from 'node:zlib';
import { openRig, storedCandles, type Rig } from '../market-data.fixture.js';
import { csvOf, lineOf, temporaryFolder, walk } from '../walk.fixture.js';
import { importCandleFile, type ImportRequest } from './import-candle-file.js';

const T0 = Date.UTC(2025, 0, 1);
const NOW = Date.UTC(2026, 0, 1);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let rig: Rig;
let client: Client;
let files = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  rig = await openRig();
  client = new Client({ connectionString: rig.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await rig.close();
  await folder.remove();
});

const importing = async (content: string | Buffer, change: Partial<ImportRequest> = {}) => {
  const path = await folder.write(`${(files += 1)}.csv`, content);
  return importCandleFile(client, {
    path,
    instrument: 'BTC-USD',
    venue: `venue-${files}`,
    interval: 'auto',
    onBadLine: 'abort',
    nowMs: NOW,
    ...change,
  });
};
const stored = (venue: string) => storedCandles(rig.dataSource, venue, '1h');
const broken = [
  csvOf(walk('1h', T0, 3)).trim(),
  'garbage',
  `${T0 + 3 * HOUR_MS},100,90,99,101,5`,
  csvOf(walk('1h', T0 + 4 * HOUR_MS, 2)).split('\n')[1],
].join('\n');

describe('importCandleFile', () => {
  it('imports a plain and a gzipped file, tells the interval, and changes nothing when it is imported again', async () => {
    const candles = walk('1h', T0, 500);
    const first = await importing(csvOf(candles), { venue: 'twice' });
    expect(first).toEqual({ interval: '1h', lines: 500, badLines: 0, stored: 500, corrections: 0 });
    const again = await importing(gzipSync(csvOf(candles.toReversed())), { venue: 'twice' });
    expect(again).toEqual({ interval: '1h', lines: 500, badLines: 0, stored: 0, corrections: 0 });
    expect(await stored('twice')).toEqual(candles.map(lineOf));
  });

  it('leaves broken lines out, each named with its number and reason, when told to skip them', async () => {
    const bad: [number, string][] = [];
    const outcome = await importing(broken, {
      venue: 'skipped',
      onBadLine: 'skip',
      onBad: (...line) => void bad.push(line),
    });
    expect(outcome).toMatchObject({ lines: 6, badLines: 2, stored: 4 });
    expect(bad).toEqual([
      [5, 'it has 1 columns instead of 6 or more'],
      [6, 'the high lies below the open or the close'],
    ]);
    expect(await stored('skipped')).toHaveLength(4);
  });

  it('imports nothing at all of a file with a broken line when told to abort, and says which line', async () => {
    await expect(importing(broken, { venue: 'aborted' })).rejects.toMatchObject({
      kind: 'caller',
      code: 'import.bad_line',
      details: { line: 5 },
    });
    expect(await stored('aborted')).toEqual([]);
    expect(await importing(csvOf(walk('1h', T0, 2)), { venue: 'aborted' })).toMatchObject({ stored: 2 });
  });

  it('aborts a large file in its last line without leaving anything, and the connection works on', async () => {
    const text = csvOf(walk('1h', Date.UTC(2001, 0, 1), 50_000));
    await expect(importing(`${text}oops\n`, { venue: 'late' })).rejects.toMatchObject({
      details: { line: 50_002 },
    });
    expect(await stored('late')).toEqual([]);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('keeps the first of two lines for one candle and puts the other beside it, as for what is stored already', async () => {
    const [a, b] = walk('1h', T0, 2);
    const other = { ...a!, volume: a!.volume + 1 };
    const outcome = await importing(csvOf([a!, other, b!]), { venue: 'double' });
    expect(outcome).toMatchObject({ lines: 3, stored: 2, corrections: 1 });
    expect(await stored('double')).toEqual([a!, b!].map(lineOf));
    expect(await importing(csvOf([other, b!]), { venue: 'double' })).toMatchObject({
      stored: 0,
      corrections: 0,
    });
  });

  it('refuses candles of the future and candles off the grid of their interval', async () => {
    const candles = walk('1h', NOW - 2 * HOUR_MS, 4);
    expect(await importing(csvOf(candles), { venue: 'future', onBadLine: 'skip' })).toMatchObject({
      stored: 2,
      badLines: 2,
    });
    await expect(importing(csvOf(walk('1h', T0, 3)), { interval: '4h' })).rejects.toThrow(
      /line 3 .*not on the grid/,
    );
  });

  it('refuses a file without candles, one whose interval cannot be told, and one that is not there', async () => {
    await expect(importing('hello\n', { onBadLine: 'skip' })).rejects.toThrow(/holds no candles/);
    await expect(importing('')).rejects.toThrow(/holds no candles/);
    await expect(importing(csvOf(walk('1h', T0, 1)))).rejects.toThrow(/--interval/);
    const path = `${folder.path}/none.csv`;
    await expect(importing('', { path })).rejects.toMatchObject({ code: 'import.bad_file' });
  });

  it('makes the instrument known when it was not', async () => {
    await importing(csvOf(walk('1h', T0, 2)), { instrument: 'ETH-USD' });
    const { rows } = await client.query(`SELECT base, quote FROM instruments WHERE id = 'ETH-USD'`);
    expect(rows).toEqual([{ base: 'ETH', quote: 'USD' }]);
  });
});

const real = sharedData('btcusdt_1h.csv.gz');
describeWhen(real, 'the hourly candles are not beside the repository')(
  'importCandleFile on real candles',
  () => {
    it('imports eight years of hours', async () => {
      const request = {
        path: real!,
        instrument: 'BTC-USD',
        venue: 'real',
        interval: 'auto',
        onBadLine: 'abort',
        nowMs: NOW,
      } as const;
      const outcome = await importCandleFile(client, request);
      expect(outcome).toMatchObject({ interval: '1h', stored: 68_442, badLines: 0 });
    });
  },
);
