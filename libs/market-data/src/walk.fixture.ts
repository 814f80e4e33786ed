import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { Candle } from '@btcforecast/timeseries';

/** A walk of sound candles in whole cents, the same each time. */
export function walk(interval: Interval, from: number, count: number): Candle[] {
  let price = 50_000;
  return Array.from({ length: count }, (_candle, i) => {
    const open = price;
    price = cents(price * (1 + 0.004 * Math.sin(i * 1.7) * Math.cos(i * 0.31)));
    const high = cents(Math.max(open, price) * 1.001);
    const low = cents(Math.min(open, price) * 0.999);
    return {
      openTime: from + i * INTERVAL_MS[interval],
      open,
      high,
      low,
      close: price,
      volume: cents(10 + (i % 7)),
    };
  });
}

export function csvOf(candles: readonly Candle[]): string {
  const lines = candles.map((c) => [c.openTime, c.open, c.high, c.low, c.close, c.volume].join(','));
  return `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`;
}

/** The form of storedCandles. */
export function lineOf({ openTime, open, high, low, close, volume }: Candle): string {
  return [openTime, open, high, low, close, volume].join(' ');
}

/** A folder for the files of one test file. */
export async function temporaryFolder(): Promise<{
  write(name: string, content: string | Buffer): Promise<string>;
  path: string;
  remove(): Promise<void>;
}> {
  const path = await mkdtemp(join(tmpdir(), 'btcforecast-market-data-'));
  return {
    path,
    write: async (name, content) => {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
