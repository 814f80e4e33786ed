import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describeWhen, sharedData } from '@btcforecast/testing';
import { detectInterval, loadCandleFile, readCandleLines, type CandleLine } from './index.js';

const HOUR = 3_600_000;
const T0 = Date.UTC(2025, 0, 1);
let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-candles-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${(files += 1)}.csv`);
  await writeFile(path, content);
  return path;
}

async function linesOf(content: string | Buffer): Promise<CandleLine[]> {
  const lines: CandleLine[] = [];
  await readCandleLines(await file(content), (batch) => void lines.push(...batch));
  return lines;
}

const row = (hour: number, close = 101) => `${T0 + hour * HOUR},100,102,99,${close},5.5`;

describe('readCandleLines', () => {
  it('reads a plain and a gzipped file alike, with the digest of the decompressed bytes', async () => {
    const text = `timestamp,open,high,low,close,volume\n${row(0)}\n${row(1)}\n`;
    const plain = await readCandleLines(await file(text), () => undefined);
    const zipped = await readCandleLines(await file(gzipSync(text)), () => undefined);
    expect(plain).toEqual({ sha256: createHash('sha256').update(text).digest('hex'), lines: 2 });
    expect(zipped).toEqual(plain);
  });

  it('names the line and the reason of each broken line and goes on with the next', async () => {
    const lines = await linesOf(
      [
        'timestamp,open,high,low,close,volume',
        row(0),
        'garbage',
        `${T0},100,102,99,,5`,
        `${T0},100,102,99,0x10,5`,
        `"${T0 + HOUR},100,102,99,101,5`,
        '',
        'yesterday,1,1,1,1,1',
        row(2),
      ].join('\n'),
    );
    expect(lines.map(({ line, problem }) => [line, problem])).toEqual([
      [2, undefined],
      [3, 'it has 1 columns instead of 6 or more'],
      [4, 'close is "", which is not a number'],
      [5, 'close is "0x10", which is not a number'],
      [6, `"\\"${T0 + HOUR}" is not a time`],
      [8, '"yesterday" is not a time'],
      [9, undefined],
    ]);
  });

  it.each([
    ['seconds', `${T0 / 1000},100,102,99,101,5.5`],
    ['microseconds', `${T0}000,100,102,99,101,5.5`],
    ['ISO 8601 without a zone, as UTC', '2025-01-01 00:00:00,100,102,99,101,5.5'],
    ['ISO 8601 with a zone', '2025-01-01T02:00+02:00,100,102,99,101,5.5'],
    ['quoted cells', `"${T0}","100","102","99","101","5.5"`],
    ['further columns', `${T0},100,102,99,101,5.5,${T0 + HOUR - 1},1,1,1,1,0`],
    ['semicolons', `${T0};100;102;99;101;5.5`],
    ['a header in another order', `Volume,Close,Low,High,Open,Open_Time\n5.5,101,99,102,100,${T0}`],
    ['a byte order mark and carriage returns', `\ufefftimestamp,open,high,low,close,volume\r\n${row(0)}\r\n`],
  ])('understands %s', async (_what, content) => {
    const [line] = await linesOf(content);
    expect(line?.candle).toEqual({ openTime: T0, open: 100, high: 102, low: 99, close: 101, volume: 5.5 });
  });

  it('refuses in one sentence a missing file, a folder, a truncated archive and a header without a column', async () => {
    const cut = gzipSync(Array.from({ length: 9_000 }, (_, i) => row(i)).join('\n'));
    const cases: [string, RegExp][] = [
      [join(folder, 'none.csv'), /there is no such file/],
      [folder, /it is a folder/],
      [await file(cut.subarray(0, cut.length / 2)), /damaged/],
      [await file('timestamp,open,high,low,close\n1,1,1,1,1'), /its header lacks volume/],
    ];
    for (const [path, message] of cases) {
      const reading = readCandleLines(path, () => undefined);
      await expect(reading).rejects.toMatchObject({ kind: 'caller', code: 'import.bad_file' });
      await expect(readCandleLines(path, () => undefined)).rejects.toThrow(message);
    }
  });

  it('stops with the very error of the handler', async () => {
    const mine = new Error('enough');
    const reading = readCandleLines(await file(row(0)), () => Promise.reject(mine));
    await expect(reading).rejects.toBe(mine);
  });
});

describe('detectInterval', () => {
  it('finds the interval in spite of holes, duplicates and disorder', () => {
    expect(detectInterval([5, 0, 1, 1, 2, 9].map((hour) => hour * HOUR))).toBe('1h');
  });
  it('gives null for a single candle and for an unknown step', () => {
    expect(detectInterval([0, 0])).toBeNull();
    expect(detectInterval([0, 7, 14])).toBeNull();
  });
});

describe('loadCandleFile', () => {
  it('sorts, keeps the first of two candles and names lines whose candle cannot be true', async () => {
    const content = [row(2), row(0, 100), row(0, 101), row(1), `${T0 + 3 * HOUR},100,90,99,101,5`].join('\n');
    const loaded = await loadCandleFile(await file(content));
    expect([...loaded.openTime]).toEqual([0, 1, 2].map((hour) => T0 + hour * HOUR));
    expect([...loaded.close]).toEqual([100, 101, 101]);
    expect(loaded.interval).toBe('1h');
    expect(loaded.badLines).toEqual([{ line: 5, problem: 'the high lies below the open or the close' }]);
  });

  it('refuses a file that holds no candles', async () => {
    await expect(loadCandleFile(await file('hello\nworld\n'))).rejects.toMatchObject({
      code: 'import.bad_file',
    });
  });
});

const real = sharedData('btcusdt_1h.csv.gz');
describeWhen(real, 'the hourly candles are not beside the repository')(
  'loadCandleFile on real candles',
  () => {
    it('reads all 68,442 of them without a complaint', async () => {
      const loaded = await loadCandleFile(real!);
      expect(loaded.length).toBe(68_442);
      expect(loaded.interval).toBe('1h');
      expect(loaded.badLines).toEqual([]);
    });
  },
);
