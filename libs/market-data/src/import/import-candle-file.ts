import { finished } from 'node:stream/promises';
import { detectInterval, readCandleLines, type CandleLine } from '@btcforecast/candle-file';
import { INTERVAL_MS, INTERVALS, type Interval } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { validateCandle, type Candle } from '@btcforecast/timeseries';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COPY, CREATE_STAGE, INSERT_INSTRUMENT, STORE, STORE_CORRECTIONS } from './import-statements.js';

export interface ImportRequest {
  readonly path: string;
  readonly instrument: string;
  readonly venue: string;
  /** auto: told from the file. */
  readonly interval: Interval | 'auto';
  /** A broken line is left out, or ends the import so that nothing of the file stays. */
  readonly onBadLine: 'skip' | 'abort';
  /** Wall time, ms: candles that close later are refused; corrections are known since then. */
  readonly nowMs: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly onBad?: (line: number, reason: string) => void;
}

export interface ImportProgress {
  /** Share of the file that has been read, 0 to 1. */
  readonly share: number;
  readonly lines: number;
}

export interface ImportOutcome {
  readonly interval: Interval;
  /** Lines that should hold a candle. */
  readonly lines: number;
  readonly badLines: number;
  /** Candles that were not there before. */
  readonly stored: number;
  /** Candles that differ from the value that was stored first. */
  readonly corrections: number;
}

/** PostgreSQL's code for two writers that wait for each other. */
const DEADLOCK = '40P01';

/** Enough for the server to be busy, little enough to wait in memory. */
const CHUNK_ROWS = 16_000;

/**
 * Imports a file of candles in one transaction, by the rules of CandleWriter: the first final value stays, another
 * one is kept beside it, importing twice changes nothing.
 *
 * @param client a connection of its own, outside any transaction
 * @throws AppError caller import.bad_line for the first broken line when they abort; caller import.bad_file when the
 *   file cannot be used
 */
export async function importCandleFile(client: ClientBase, request: ImportRequest): Promise<ImportOutcome> {
  await client.query('BEGIN');
  try {
    const outcome = await importWithin(client, request);
    await client.query('COMMIT');
    return outcome;
  } catch (error) {
    await client.query('ROLLBACK');
    throw (error as { code?: unknown }).code === DEADLOCK ? collided(error) : error;
  }
}

function collided(cause: unknown): AppError {
  const message = 'the import met another writer of the same candles and was undone; run it again';
  return new AppError('transient', 'database.unavailable', message, {}, { cause });
}

async function importWithin(client: ClientBase, request: ImportRequest): Promise<ImportOutcome> {
  await client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
  await client.query(CREATE_STAGE);
  await client.query(INSERT_INSTRUMENT, [request.instrument, ...request.instrument.split('-')]);
  const total = { lines: 0, badLines: 0, stored: 0, corrections: 0 };
  let interval: Interval | undefined;
  let chunk = new ImportChunk();
  let storing = Promise.resolve();
  /** The server stores one chunk while the next one is read. */
  const flush = async () => {
    const [full, known] = [chunk, interval!]; // known since the first line
    chunk = new ImportChunk();
    await storing;
    storing = storeChunk(client, full, { ...request, interval: known }).then(({ stored, corrections }) => {
      total.stored += stored;
      total.corrections += corrections;
    });
    storing.catch(() => undefined); // whoever waits for it hears of it
  };
  try {
    await readCandleLines(request.path, async (batch, share) => {
      interval ??= intervalOf(request, batch);
      total.lines += batch.length;
      total.badLines += addLines(chunk, batch, interval, request);
      request.onProgress?.({ share, lines: total.lines });
      if (chunk.rows >= CHUNK_ROWS) await flush();
    });
    if (chunk.rows > 0) await flush();
  } catch (error) {
    await storing.catch(() => undefined); // the first problem is the one to tell
    throw error;
  }
  await storing;
  if (!interval) throw noCandles(request.path);
  return { interval, ...total };
}

/** Candles on their way to the server, in the text form of COPY. */
class ImportChunk {
  text = '';
  rows = 0;
  first = Infinity;
  last = -Infinity;

  add(line: number, { openTime, open, high, low, close, volume }: Candle): void {
    this.text += `${line}\t${openTime}\t${open}\t${high}\t${low}\t${close}\t${volume}\n`;
    this.rows += 1;
    this.first = Math.min(this.first, openTime);
    this.last = Math.max(this.last, openTime);
  }
}

async function storeChunk(
  client: ClientBase,
  { text, rows, first, last }: ImportChunk,
  { instrument, venue, interval, nowMs }: ImportRequest & { interval: Interval },
): Promise<{ stored: number; corrections: number }> {
  const bounds = [new Date(first), new Date(last)];
  await client.query('SELECT ensure_candle_partitions($1, $2)', bounds);
  const copy = client.query(copyFrom(COPY));
  await finished(copy.end(text));
  const { rowCount } = await client.query(STORE, [instrument, venue, interval]);
  const stored = rowCount ?? 0;
  const isAllNew = stored === rows;
  const later = isAllNew
    ? null
    : await client.query(STORE_CORRECTIONS, [instrument, venue, interval, new Date(nowMs), ...bounds]);
  await client.query('TRUNCATE imported_candles');
  return { stored, corrections: later?.rowCount ?? 0 };
}

function intervalOf(request: ImportRequest, batch: readonly CandleLine[]): Interval {
  if (request.interval !== 'auto') return request.interval;
  const interval = detectInterval(batch.flatMap(({ candle }) => (candle ? [candle.openTime] : [])));
  if (interval) return interval;
  if (batch.every(({ candle }) => !candle)) throw noCandles(request.path);
  const message = `the interval of ${request.path} cannot be told from its times; name it: --interval ${INTERVALS.join('|')}`;
  throw new AppError('caller', 'import.bad_file', message);
}

function noCandles(path: string): AppError {
  return new AppError('caller', 'import.bad_file', `${path} cannot be imported: it holds no candles`);
}

/** @returns how many of the lines are broken */
function addLines(
  chunk: ImportChunk,
  batch: readonly CandleLine[],
  interval: Interval,
  request: ImportRequest,
): number {
  const context = { intervalMs: INTERVAL_MS[interval], nowMs: request.nowMs };
  let badLines = 0;
  for (const { line, candle, problem } of batch) {
    const reason = candle ? validateCandle(candle, context) : problem!; // a line without a candle names its problem
    if (reason === null) chunk.add(line, candle!);
    else {
      badLines += 1;
      refuse(request, line, reason);
    }
  }
  return badLines;
}

function refuse({ path, onBadLine, onBad }: ImportRequest, line: number, reason: string): void {
  onBad?.(line, reason);
  if (onBadLine === 'skip') return;
  const message = `line ${line} of ${path} is not a candle: ${reason}; nothing was imported. Correct it, or leave such lines out with --on-error skip`;
  throw new AppError('caller', 'import.bad_line', message, { line, reason });
}
