import { createHash } from 'node:crypto';
import { HOUR_MS, type HourlyWindow } from '@btcforecast/timeseries';

/**
 * SHA-256 of the candles of a series, independent of the file they came from: for each present slot in the order of
 * time six big-endian doubles: open time (ms), open, high, low, close, volume.
 *
 * @returns 64 hexadecimal digits and the number of candles
 */
export function dataDigest(history: HourlyWindow): { sha256: string; candles: number } {
  const hash = createHash('sha256');
  const row = new DataView(new ArrayBuffer(48));
  const start = history.end - history.close.length * HOUR_MS;
  let candles = 0;
  for (let i = 0; i < history.close.length; i++) {
    if (Number.isNaN(history.close[i])) continue;
    candles++;
    row.setFloat64(0, start + i * HOUR_MS);
    row.setFloat64(8, history.open[i]!);
    row.setFloat64(16, history.high[i]!);
    row.setFloat64(24, history.low[i]!);
    row.setFloat64(32, history.close[i]!);
    row.setFloat64(40, history.volume[i]!);
    hash.update(new Uint8Array(row.buffer));
  }
  return { sha256: hash.digest('hex'), candles };
}
