import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sharedData } from '@btcforecast/testing';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { main } from './main.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const CSV_HEADER = 'origin_ms,horizon_h,q0.05,q0.1,q0.25,q0.5,q0.75,q0.9,q0.95';
const START = Date.UTC(2021, 0, 4);
const HOUR = 3_600_000;
/** The last candle closes at 2021-08-21T04:00. */
const HOURS = 5_500;

let folder: string;
let csv: string;
let out: string;
let stdout: string;
let stderr: string;

/** Candles without any randomness, as lines of a file. */
const lines = Array.from({ length: HOURS }, (_, i) => {
  const price = (k: number): number =>
    20_000 * Math.exp(0.01 * (Math.sin(k / 7.3) + Math.sin(k * k * 0.013)));
  const [open, close] = [price(i - 1), price(i)];
  const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) * 0.998];
  return [START + i * HOUR, open, high, low, close, 10 + (i % 7)].join(',');
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-backtest-'));
  csv = join(folder, 'candles.csv.gz');
  out = join(folder, 'out.csv');
  await writeFile(csv, gzipSync([HEADER, ...lines].join('\n')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  stdout = '';
  stderr = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const backtest = (...more: string[]) =>
  main(['backtest', '--data', csv, '--from', '2021-08-10', '--to', '2021-08-20T00:00:00Z', ...more]);
const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n');

describe('btcf backtest', () => {
  it('writes the forecasts of the shipped champion as CSV and prints how good they were', async () => {
    expect(await backtest('--out', out)).toBe(0);
    const rows = await linesOf(out);
    expect(rows[0]).toBe(CSV_HEADER);
    expect(rows).toHaveLength(1 + 41 * 4 + 1);
    expect(rows.at(-1)).toBe('');
    expect(rows[1]).toMatch(new RegExp(`^${Date.UTC(2021, 7, 10)},1(,\\d+\\.\\d+){7}$`));
    expect(rows.at(-2)).toMatch(new RegExp(`^${Date.UTC(2021, 7, 20)},168(,\\d+\\.\\d+){7}$`));
    expect(stdout).toContain('41 origins every 6 h from 2021-08-10 00:00 to 2021-08-20 00:00 UTC');
    expect(stdout).toContain('har@2');
    expect(stdout).toContain('IN SAMPLE: 41 origins');
    expect(stdout).toMatch(/uncond_1y/);
    expect(stdout).toMatch(/± \?[^]*\n\?: the origins span fewer than five blocks/);
    expect(stderr).toContain('forecasting with har@2');
  });

  it('prints for programs what it prints for people', async () => {
    expect(await backtest('--format', 'json', '--horizons', '4h,1h', '--every', '12h')).toBe(0);
    const result = JSON.parse(stdout) as { models: { scores: { horizonHours: number; n: number }[] }[] };
    expect(result).toMatchObject({
      instrument: 'BTC-USD',
      origins: 21,
      missing: 0,
      data: { candles: HOURS },
    });
    expect(result.models[0]!.scores).toMatchObject([
      { horizonHours: 4, n: 21 },
      { horizonHours: 1, n: 21 },
    ]);
  });

  it('takes an instant with or without seconds, and in any zone', async () => {
    for (const from of ['2021-08-19T18:00Z', '2021-08-19T18:00:00.000Z', '2021-08-19T20:00+02:00']) {
      stdout = '';
      expect(await backtest('--from', from, '--horizons', '1h')).toBe(0);
      expect(stdout).toContain('2 origins every 6 h from 2021-08-19 18:00 to');
    }
  });

  it('writes the same rows on data that ends with the last outcome', async () => {
    await backtest('--out', out);
    const cut = join(folder, 'cut.csv');
    const end = Date.UTC(2021, 7, 13);
    await writeFile(
      cut,
      [HEADER, ...lines.filter((line) => Number(line.split(',')[0]) < end + HOUR)].join('\n'),
    );
    const cutOut = join(folder, 'cut-out.csv');
    expect(
      await main([
        'backtest',
        '--data',
        cut,
        '--from',
        '2021-08-10',
        '--to',
        '2021-08-20',
        '--horizons',
        '1h',
        '--batch',
        '1',
        '--out',
        cutOut,
      ]),
    ).toBe(0);
    const seen = (await linesOf(out)).filter(
      (line) => /^\d+,1,/.test(line) && Number(line.split(',')[0]) <= end,
    );
    expect(await linesOf(cutOut)).toEqual([CSV_HEADER, ...seen, '']);
    expect(stdout).toContain('(28 more without a candle)');
  });

  it('compares all models, each in a file of its own', async () => {
    expect(await backtest('--model', 'all', '--out', join(folder, 'each.csv'), '--every', '24h')).toBe(0);
    expect((await readdir(folder)).filter((name) => name.startsWith('each')).sort()).toEqual([
      'each.base@1.csv',
      'each.ewma_gk_seas@1.csv',
      'each.ewma_rw@1.csv',
      'each.garch_fhs_seas@1.csv',
      'each.garch_t@1.csv',
      'each.har@1.csv',
      'each.har@2.csv',
      'each.uncond_1y@1.csv',
    ]);
  });

  it('takes a baseline for a model, and a name for its newest version', async () => {
    expect(await backtest('--model', 'uncond_1y', '--horizons', '24h', '--out', out)).toBe(0);
    expect(stdout).toContain('uncond_1y@1');
    expect(stdout).toMatch(/horizon +ewma_rw +difference +garch_t +difference\n/); // not itself
    expect(await backtest('--model', 'har', '--horizons', '24h')).toBe(0);
    expect(stdout).toContain('har@2');
  });

  it('draws the result as a picture or as a page', async () => {
    const [svg, html] = [join(folder, 'report.svg'), join(folder, 'report.html')];
    for (const report of [svg, html]) expect(await backtest('--every', '24h', '--report', report)).toBe(0);
    expect(await readFile(svg, 'utf8')).toMatch(/^<svg [^]*har@2: BTC-USD[^]*<\/svg>\n$/);
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>[^]*<svg [^]*uncond_1y[^]*<\/html>\n$/);
  });

  it('fits the model anew each month', async () => {
    expect(await backtest('--refit', 'monthly', '--every', '48h', '--format', 'markdown', '--out', out)).toBe(
      0,
    );
    expect(stderr).toContain('har@2, fitted as of 2021-08-01');
    expect(stdout).toContain('### har@2, fitted anew monthly');
    expect(stdout).not.toContain('IN SAMPLE');
    expect(await linesOf(out)).toHaveLength(1 + 6 * 4 + 1);
  });

  it.each([
    [
      ['--model', 'lstm'],
      /no model "lstm"; there are champion, all, base@1, ewma_gk_seas@1, .*har@1, har@2, uncond_1y@1$/,
    ],
    [['--model', 'har@99'], /no model "har@99"/],
    [
      ['--from', '2025-01-01', '--to', '2025-02-01'],
      /reaches from 2021-01-04T00:00:00.000Z to 2021-08-21T04:00/,
    ],
    [['--from', '2021-08-20', '--to', '2021-08-10'], /not later than the second/],
    [['--from', '2021-08-10T00:30:00Z'], /full hours/],
    [['--from', '2021-01-05', '--to', '2021-01-06'], /no origin has enough candles/],
    [
      ['--from', '2021-04-20', '--to', '2021-04-21', '--refit', 'weekly'],
      /training needs 2160.*more history/,
    ],
    [['--out', '/nowhere/at/all.csv'], /\/nowhere\/at\/all.csv cannot be written/],
    [['--models', '/nowhere', '--model', 'all'], /folder of models \/nowhere cannot be read/],
    [['--data', 'missing.csv'], /no such file/],
  ])('ends with code 1 and one sentence for %j', async (args, reason) => {
    expect(await backtest(...args)).toBe(1);
    const said = stderr.split('\n').filter((line) => line.startsWith('btcf: '));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(reason);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
  });

  it.each([
    [['--every', '90m'], /whole hours/],
    [['--every', '0h'], /whole hours/],
    [['--horizons', '2h'], /one or several of 1h, 4h, 24h, 168h/],
    [['--refit', 'daily'], /none, weekly, monthly/],
    [['--report', 'x.png'], /\.html or \.svg/],
    [['--batch', '0'], /whole number/],
  ])('ends with code 2 and one line for %j', async (args, reason) => {
    expect(await backtest(...args)).toBe(2);
    expect(stderr).toMatch(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  const real = sharedData('btcusdt_1h.csv.gz');
  (real ? it : it.skip)(
    `beats every baseline at 4 h in the year after the training of the shipped model${real ? '' : ' [skipped: ../shared/data/btcusdt_1h.csv.gz is missing]'}`,
    async () => {
      const range = ['--from', '2024-06-14', '--to', '2025-06-13', '--every', '24h', '--horizons', '4h'];
      expect(await main(['backtest', '--data', real!, ...range, '--format', 'json'])).toBe(0);
      interface Score {
        readonly n: number;
        readonly differences: readonly { readonly mean: number }[];
      }
      const [model] = (JSON.parse(stdout) as { models: { inSample: number; scores: Score[] }[] }).models;
      expect(model).toMatchObject({ inSample: 0, scores: [{ n: 365 }] });
      expect(model!.scores[0]!.differences.map(({ mean }) => Math.sign(mean))).toEqual([-1, -1, -1]);
    },
  );
});
