import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError } from '@btcforecast/platform/errors';
import type { Candle } from '@btcforecast/timeseries';
import { parse, type InfoRecord } from 'csv-parse';
import { columnsOf, DEFAULT_COLUMNS, isHeader, parseRow, type CandleFields } from './candle-row.js';

/** One line of a file that should hold a candle. Exactly one of `candle` and `problem` is there. */
export interface CandleLine {
  /** Counted from 1, header included. */
  readonly line: number;
  readonly candle?: Candle;
  /** What is wrong with the line, as a sentence part. */
  readonly problem?: string;
}

export interface CandleFileEnd {
  /** SHA-256 of the decompressed bytes, hexadecimal. */
  readonly sha256: string;
  /** Lines that should hold a candle. */
  readonly lines: number;
}

/** A part of the file in its order, and how much of the file has been read, 0 to 1. */
export type CandleLinesHandler = (lines: readonly CandleLine[], progress: number) => void | Promise<void>;

const BATCH_LINES = 4_000;

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads candles from a CSV file, plain or gzipped (told by its content), with or without a header, in batches; at
 * most a few batches are in memory. Columns: timestamp (candle open, see parseTime), open, high, low, close, volume;
 * further ones are ignored. Separators are comma, semicolon or tab. Empty lines do not count as lines with candles.
 *
 * @param handler is awaited before more is read; what it throws ends the reading
 * @throws AppError caller import.bad_file when the file cannot be read, is damaged, or its header lacks a column
 */
export async function readCandleLines(path: string, handler: CandleLinesHandler): Promise<CandleFileEnd> {
  const { size, gzipped } = await inspect(path);
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  const digest = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  const progress = () => (size === 0 ? 1 : source.bytesRead / size);
  let lines = 0;
  const failed: { handler?: unknown } = {};
  const consume = async (rows: AsyncIterable<Row>) => {
    for await (const batch of batchesOf(path, rows)) {
      lines += batch.length;
      await Promise.resolve(handler(batch, progress())).catch((error: unknown) => {
        failed.handler = error;
        throw error;
      });
    }
  };
  try {
    await pipeline(source, gzipped ? createGunzip() : new PassThrough(), hashing, csvRows(), consume);
  } catch (error) {
    throw error === failed.handler || error instanceof AppError ? error : damaged(path, error);
  }
  return { sha256: digest.digest('hex'), lines };
}

const rowOf = (cells: string[], { lines }: InfoRecord): Row => ({ line: lines, cells });

function csvRows() {
  return parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    quote: null,
    relax_column_count: true,
    skip_empty_lines: true,
    // The library's types know no record of another form than its input; its code does.
    on_record: rowOf as unknown as (cells: string[], context: InfoRecord) => string[],
  });
}

async function* batchesOf(path: string, rows: AsyncIterable<Row>): AsyncGenerator<CandleLine[]> {
  let columns: CandleFields | undefined;
  let batch: CandleLine[] = [];
  for await (const { line, cells } of rows) {
    if (!columns) {
      const header = isHeader(cells);
      columns = header ? columnsOfHeader(path, cells) : DEFAULT_COLUMNS;
      if (header) continue;
    }
    const parsed = parseRow(cells, columns);
    batch.push(typeof parsed === 'string' ? { line, problem: parsed } : { line, candle: parsed });
    if (batch.length >= BATCH_LINES) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function columnsOfHeader(path: string, cells: readonly string[]): CandleFields {
  const columns = columnsOf(cells);
  if (!('missing' in columns)) return columns;
  throw badFile(path, `its header lacks ${columns.missing.join(', ')}`);
}

async function inspect(path: string): Promise<{ size: number; gzipped: boolean }> {
  try {
    const { size } = await stat(path);
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return { size, gzipped: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw damaged(path, error);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EISDIR: 'it is a folder',
};

function damaged(path: string, cause: unknown): AppError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return badFile(path, CAUSES[code ?? ''] ?? `it is damaged or cannot be read (${message})`, cause);
}

function badFile(path: string, why: string, cause?: unknown): AppError {
  return new AppError('caller', 'import.bad_file', `${path} cannot be used: ${why}`, { path }, { cause });
}
