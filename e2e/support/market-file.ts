import { writeFileSync } from 'node:fs';

const HOUR = 3_600_000;

/** A small seeded generator (mulberry32): the same file on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface MarketFile {
  readonly path: string;
  /** Open time of each candle and its close, as written. */
  readonly closes: ReadonlyMap<number, number>;
}

/**
 * Writes hourly candles of a random walk as CSV, from `from` on (ms, UTC), leaving out the given open times.
 * For tests that must run where no real candles are at hand.
 */
export function writeMarketFile(
  path: string,
  from: number,
  hours: number,
  missing: number[] = [],
): MarketFile {
  const next = random(7);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const closes = new Map<number, number>();
  const lines = ['timestamp,open,high,low,close,volume'];
  let price = 60_000;
  for (let index = 0; index < hours; index++) {
    const openTime = from + index * HOUR;
    const open = price;
    price = Number((open * Math.exp(0.005 * gauss())).toFixed(2));
    const high = Number((Math.max(open, price) * (1 + 0.002 * next())).toFixed(2));
    const low = Number((Math.min(open, price) * (1 - 0.002 * next())).toFixed(2));
    const volume = Number((100 * (0.5 + next())).toFixed(4));
    if (missing.includes(openTime)) continue;
    closes.set(openTime, price);
    lines.push([openTime, open, high, low, price, volume].join(','));
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { path, closes };
}
