/** `btcf train` on eight years of hourly candles. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from '../../scripts/ensure-installed.mjs';
import { scratchFolder } from '../support/scratch.mjs';

const WHAT = 'btcf train on eight years of hourly candles';
const BAR = { of: 'value', max: 60 };
const DATA = join(root, '..', 'shared', 'data', 'btcusdt_1h.csv.gz');

export async function run() {
  if (!existsSync(DATA)) {
    return [
      {
        what: WHAT,
        value: null,
        bar: BAR,
        note: 'the candles, ../shared/data/btcusdt_1h.csv.gz, are not there.',
      },
    ];
  }
  const command = [
    join(root, 'apps', 'cli', 'bin', 'btcf.mjs'),
    'train',
    '--data',
    DATA,
    '--out',
    scratchFolder(),
  ];
  const startedAt = performance.now();
  const child = spawn(pinnedNode, command, {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`btcf train failed: ${said}`);
  const seconds = (performance.now() - startedAt) / 1_000;
  const trained = said.split('\n').find((line) => line.includes('trained on')) ?? '';
  const candles = /trained on (\d+) candles/.exec(trained)?.[1];
  const note = `${Number(candles).toLocaleString('en')} candles of BTC/USDT, with the walk-forward that chooses the weights, from the start of the command to its end.`;
  return [{ what: WHAT, value: seconds, unit: 's', bar: BAR, note }];
}
