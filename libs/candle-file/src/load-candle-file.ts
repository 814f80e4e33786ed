import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { validateCandle } from '@btcforecast/timeseries';
import { CandleColumns } from './candle-columns.js';
import { detectInterval } from './detect-interval.js';
import { readCandleLines } from './read-candle-lines.js';

export interface BadLine {
  readonly line: number;
  /** As a sentence part. */
  readonly problem: string;
}

/** The candles of a file as columns, by ascending open time, none twice: 48 bytes each. */
export interface LoadedCandles {
  readonly interval: Interval;
  readonly length: number;
  readonly openTime: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  /** SHA-256 of the decompressed bytes, hexadecimal. */
  readonly sha256: string;
  /** Lines that hold no sound candle; they are left out. */
  readonly badLines: readonly BadLine[];
}

/** Enough rows to tell the interval by. */
const SAMPLE = 1_000;

/**
 * A whole file of candles in memory. Of two candles for one open time the first in the file wins; rows may be in any
 * order; lines without a sound candle are left out and named.
 *
 * @throws AppError caller import.bad_file when the file cannot be read, holds no candle or is of no known interval
 */
export async function loadCandleFile(path: string): Promise<LoadedCandles> {
  const columns = new CandleColumns();
  const badLines: BadLine[] = [];
  const { sha256 } = await readCandleLines(path, (batch) => {
    for (const { line, candle, problem } of batch) {
      if (candle) columns.push(candle, line);
      else badLines.push({ line, problem: problem! }); // a line without a candle names its problem
    }
  });
  const interval = intervalOf(path, columns);
  const rows = inTimeOrder(columns, soundRows(columns, interval, badLines));
  badLines.sort((a, b) => a.line - b.line);
  return {
    interval,
    length: rows.length,
    openTime: columns.column('openTime', rows),
    open: columns.column('open', rows),
    high: columns.column('high', rows),
    low: columns.column('low', rows),
    close: columns.column('close', rows),
    volume: columns.column('volume', rows),
    sha256,
    badLines,
  };
}

function intervalOf(path: string, columns: CandleColumns): Interval {
  const sample = Array.from({ length: Math.min(SAMPLE, columns.length) }, (_row, i) => columns.openTimeAt(i));
  const interval = detectInterval(sample);
  if (interval) return interval;
  const why = 'it holds no candles at a steady interval of 1m, 5m, 15m, 1h, 4h or 1d';
  throw new AppError('caller', 'import.bad_file', `${path} cannot be used: ${why}`, { path });
}

function soundRows(columns: CandleColumns, interval: Interval, badLines: BadLine[]): Uint32Array {
  const rows = new Uint32Array(columns.length);
  let count = 0;
  for (let row = 0; row < columns.length; row++) {
    const problem = validateCandle(columns.at(row), { intervalMs: INTERVAL_MS[interval], nowMs: Infinity });
    if (problem === null) rows[count++] = row;
    else badLines.push({ line: columns.lineAt(row), problem });
  }
  return rows.subarray(0, count);
}

/** Ascending by open time, the first of equal ones only. Array sort is stable, and a sorted input costs little. */
function inTimeOrder(columns: CandleColumns, rows: Uint32Array): Uint32Array {
  const sorted = rows.toSorted((a, b) => columns.openTimeAt(a) - columns.openTimeAt(b) || a - b);
  return sorted.filter((row, i) => i === 0 || columns.openTimeAt(sorted[i - 1]!) !== columns.openTimeAt(row));
}
