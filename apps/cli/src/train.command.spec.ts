import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot, sharedData } from '@btcforecast/testing';
import { BASELINE_FAMILIES, ModelManifest } from '@btcforecast/training';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { capturedOutput } from '../test/captured-output.js';
import { main } from './main.js';

const FILES = ['README.md', 'manifest.json', 'model.onnx'];
const HEADER = 'timestamp,open,high,low,close,volume';
const START = Date.UTC(2021, 0, 4);

let folder: string;
let csv: string;
const output = capturedOutput();

/** Candles without any randomness, as lines of a file. */
const lines = Array.from({ length: 6_000 }, (_, i) => {
  const price = (k: number): number =>
    20_000 * Math.exp(0.01 * (Math.sin(k / 7.3) + Math.sin(k * k * 0.013)));
  const [open, close] = [price(i - 1), price(i)];
  const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) * 0.998];
  return [START + i * 3_600_000, open, high, low, close, 10 + (i % 7)].join(',');
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-train-'));
  csv = join(folder, 'candles.csv.gz');
  await writeFile(csv, gzipSync([HEADER, ...lines].join('\n')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('btcf train', () => {
  it('writes graph, manifest and card, a new version each time, and says where', async () => {
    const out = join(folder, 'models');
    const args = ['train', '--data', csv, '--out', out, '--to', '2021-08-20'];
    expect(await main(args)).toBe(0);
    expect(output.said).toContain(join(out, 'har', '1'));
    expect(await main(args)).toBe(0);
    expect((await readdir(join(out, 'har'))).sort()).toEqual(['1', '2']);
    expect((await readdir(join(out, 'har', '2'))).sort()).toEqual(FILES);
    const [one, two] = await Promise.all(
      ['1', '2'].map(async (version) =>
        ModelManifest.parse(JSON.parse(await readFile(join(out, 'har', version, 'manifest.json'), 'utf8'))),
      ),
    );
    expect(two).toEqual({ ...one, version: 2 });
    expect(one!.trainingSpan).toEqual({ from: '2021-01-04T00:00:00.000Z', to: '2021-08-20T00:00:00.000Z' });
  });

  it('never overwrites a version', async () => {
    const args = ['train', '--data', csv, '--out', join(folder, 'once'), '--model-version', '7'];
    expect(await main(args)).toBe(0);
    expect(await main(args)).toBe(1);
    expect(output.said).toContain('never overwritten');
    expect(await readdir(join(folder, 'once', 'har'))).toEqual(['7']);
  });

  it('takes several files as one history', async () => {
    const [first, second] = [join(folder, 'first.csv'), join(folder, 'second.csv')];
    await writeFile(first, [HEADER, ...lines.slice(0, 3_500)].join('\n'));
    await writeFile(second, [HEADER, ...lines.slice(3_400)].join('\n'));
    const digestOf = async (data: string, name: string): Promise<string> => {
      expect(await main(['train', '--data', data, '--out', folder, '--name', name])).toBe(0);
      const text = await readFile(join(folder, name, '1', 'manifest.json'), 'utf8');
      const manifest = ModelManifest.parse(JSON.parse(text));
      return manifest.family === 'user' ? '' : manifest.data.sha256;
    };
    expect(await digestOf(`${second},${first}`, 'parts')).toBe(await digestOf(csv, 'whole'));
  });

  it('says in one sentence what is wrong with the data', async () => {
    const broken = join(folder, 'broken.csv');
    await writeFile(broken, [HEADER, ...lines.slice(0, 100), '1612000000000,1,2'].join('\n'));
    const short = join(folder, 'short.csv');
    await writeFile(short, [HEADER, ...lines.slice(0, 3_000)].join('\n'));
    const minutes = join(folder, 'minutes.csv');
    await writeFile(
      minutes,
      [HEADER, ...[0, 1, 2, 3].map((i) => `${START + i * 60_000},1,1,1,1,1`)].join('\n'),
    );
    for (const [path, reason] of [
      [broken, /broken\.csv, line 102: /],
      [short, /training needs 2160/],
      [minutes, /candles are of 1m/],
      [join(folder, 'missing.csv'), /no such file/],
    ] as const) {
      output.said = '';
      expect(await main(['train', '--data', path, '--out', folder])).toBe(1);
      expect(output.said).toMatch(reason);
      expect(output.said).not.toContain('    at ');
    }
  });

  it.each([
    [['train'], /--data/],
    [['train', '--data', 'x.csv', '--to', 'yesterday'], /2024-06-13/],
    [['train', '--data', 'x.csv', '--instrument', 'bitcoin'], /BTC-USD/],
    [['train', '--data', 'x.csv', '--name', '../evil'], /lower case/],
    [['train', '--data', 'x.csv', '--model-version', '0'], /whole number/],
    [['train', '--data', 'x.csv', '--family', 'lstm'], /har_abs_emp, har_blend, uncond_1y/],
    [['train', '--data', 'x.csv', '--pool', 'eth.csv'], /ETH-USD=eth.csv.gz/],
    [['train', '--data', 'x.csv', '--colour', 'red'], /unknown option '--colour'/],
    [['trian'], /unknown command 'trian'.*train/],
  ])('ends with code 2 and one line for %p', async (args, reason) => {
    expect(await main(args)).toBe(2);
    expect(output.said).toMatch(reason);
    expect(output.said.trim().split('\n')).toHaveLength(1);
  });

  it('fits one model to several instruments, where the family can', async () => {
    const other = join(folder, 'other.csv');
    await writeFile(other, [HEADER, ...lines.slice(300)].join('\n'));
    const args = ['train', '--data', csv, '--pool', `ETH-USD=${other}`, '--out', folder, '--name', 'pooled'];
    expect(await main(args)).toBe(0);
    const text = await readFile(join(folder, 'pooled', '1', 'manifest.json'), 'utf8');
    expect(ModelManifest.parse(JSON.parse(text)).instruments).toEqual(['BTC-USD', 'ETH-USD']);
    expect(await main([...args, '--family', 'har_abs_emp'])).toBe(1);
    expect(output.said).toMatch(/har_abs_emp are fitted to one instrument/);
  });

  const [real, ...others] = ['btc', 'eth', 'sol'].map((coin) => sharedData(`${coin}usdt_1h.csv.gz`));
  const isThere = real && others.every((path) => path);
  (isThere ? it : it.skip)(
    `makes the shipped models again, byte for byte${isThere ? '' : ' [skipped: ../shared/data is missing]'}`,
    async () => {
      const out = join(folder, 'again');
      const cut = ['--data', real!, '--to', '2024-06-13', '--out', out];
      for (const family of ['har_abs_emp', 'har_blend', ...BASELINE_FAMILIES]) {
        expect(await main(['train', '--family', family, ...cut])).toBe(0);
      }
      const pool = `ETH-USD=${others[0]},SOL-USD=${others[1]}`;
      expect(await main(['train', '--name', 'base', '--pool', pool, ...cut])).toBe(0);
      const shipped = ['har/1', 'har/2', 'base/1', ...BASELINE_FAMILIES.map((name) => `${name}/1`)];
      for (const model of shipped) {
        for (const file of FILES) {
          const [expected, actual] = await Promise.all(
            [join(repositoryRoot, 'models'), out].map((path) => readFile(join(path, model, file))),
          );
          expect({ model, file, equal: expected!.equals(actual!) }).toEqual({ model, file, equal: true });
        }
      }
    },
    240_000,
  );
});

describe('the launcher', () => {
  it('says what to run where nothing is built', async () => {
    const bin = join(folder, 'unbuilt', 'bin');
    await mkdir(bin, { recursive: true });
    await copyFile(join(repositoryRoot, 'apps', 'cli', 'bin', 'btcf.mjs'), join(bin, 'btcf.mjs'));
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, [join(bin, 'btcf.mjs')], (error, _stdout, text) => {
        resolve({ code: error?.code, stderr: text });
      });
    });
    expect(code).toBe(1);
    expect(stderr).toContain('npm run build');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
