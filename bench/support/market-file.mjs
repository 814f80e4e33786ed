import { closeSync, openSync, writeSync } from 'node:fs';
import { gaussian, uniform } from './statistics.mjs';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
const VOLATILITY = { [MINUTE]: 0.0007, [HOUR]: 0.005 };
const CHUNK = 10_000;

/** Candles of a random walk, ascending, the same on every machine. `from` is the first open time, ms. */
export function* candles({ from, count, intervalMs, seed = 7 }) {
  const next = uniform(seed);
  const gauss = gaussian(next);
  let price = 60_000;
  for (let i = 0; i < count; i++) {
    const open = price;
    price = Number((open * Math.exp(VOLATILITY[intervalMs] * gauss())).toFixed(2));
    const high = Number((Math.max(open, price) * (1 + 0.001 * next())).toFixed(2));
    const low = Number((Math.min(open, price) * (1 - 0.001 * next())).toFixed(2));
    const volume = Number((100 * (0.5 + next())).toFixed(4));
    yield { openTime: from + i * intervalMs, open, high, low, close: price, volume };
  }
}

/** The same candles as a CSV file. */
export function writeMarketFile(path, shape) {
  const file = openSync(path, 'w');
  let lines = ['timestamp,open,high,low,close,volume'];
  for (const { openTime, open, high, low, close, volume } of candles(shape)) {
    lines.push(`${openTime},${open},${high},${low},${close},${volume}`);
    if (lines.length < CHUNK) continue;
    writeSync(file, `${lines.join('\n')}\n`);
    lines = [];
  }
  if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
  closeSync(file);
  return path;
}
