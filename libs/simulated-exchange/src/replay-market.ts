import { loadCandleFile, type LoadedCandles } from '@btcforecast/candle-file';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { DAY_MS, HOUR_MS, type Candle } from '@btcforecast/timeseries';
import type { SimulatedMarket } from './simulated-market.js';

/** The history that a model of hourly candles looks back on, with room to spare. */
const HISTORY_MS = 800 * DAY_MS;

/**
 * A market that repeats a file of candles, which stay in memory as numbers (48 bytes a candle).
 *
 * @throws AppError caller import.bad_file when the file cannot be used or its candles are longer than an hour
 */
export async function createReplayMarket(
  path: string,
): Promise<SimulatedMarket & { readonly badLines: number }> {
  const candles = await loadCandleFile(path);
  if (INTERVAL_MS[candles.interval] > HOUR_MS) {
    const why = `its candles are ${candles.interval} long; a replay needs candles of an hour or less`;
    throw new AppError('caller', 'import.bad_file', `${path} cannot be replayed: ${why}`, { path });
  }
  const { interval } = candles;
  const firstOpenTime = candles.openTime[0]!; // a file of a known interval holds two candles at least
  const endsAt = candles.openTime[candles.length - 1]! + INTERVAL_MS[interval];
  return {
    mode: 'replay',
    feed: `replay-${candles.sha256.slice(0, 8)}`,
    interval,
    firstOpenTime,
    endsAt,
    key: candles.sha256,
    badLines: candles.badLines.length,
    startAt: () => startOfReplay(firstOpenTime, endsAt),
    sourceOf: (wanted: Interval) => (INTERVAL_MS[wanted] >= INTERVAL_MS[interval] ? interval : null),
    candles: (_stored, from, to) => slice(candles, from, to),
  };
}

/** Where a replay begins that was given no instant: after enough history, at a whole hour; ms. */
export function startOfReplay(firstOpenTime: number, endsAt: number): number {
  const instantMs = firstOpenTime + Math.min(HISTORY_MS, (endsAt - firstOpenTime) / 2);
  return Math.floor(instantMs / HOUR_MS) * HOUR_MS;
}

function slice(candles: LoadedCandles, from: number, to: number): Candle[] {
  const start = firstAtOrAfter(candles.openTime, from);
  const end = firstAtOrAfter(candles.openTime, to);
  return Array.from({ length: Math.max(0, end - start) }, (_candle, i) => candleAt(candles, start + i));
}

/** Index of the first open time >= `instant`, by bisection. */
function firstAtOrAfter(openTimes: Float64Array, instant: number): number {
  let low = 0;
  let high = openTimes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (openTimes[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index is in range: both bounds of a slice are. */
function candleAt({ openTime, open, high, low, close, volume }: LoadedCandles, i: number): Candle {
  return {
    openTime: openTime[i]!,
    open: open[i]!,
    high: high[i]!,
    low: low[i]!,
    close: close[i]!,
    volume: volume[i]!,
  };
}
