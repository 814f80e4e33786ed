import { parseArgs } from 'node:util';
import { usageError } from '../start.error.js';
import { instrumentsOf, replayFilesOf } from './instruments.js';

export const SOURCES = ['auto', 'live', 'replay', 'demo'] as const;
export type SourceOption = (typeof SOURCES)[number];

export interface SupervisorOptions {
  readonly source: SourceOption;
  /** Candles to replay by instrument; paths as the user wrote them. */
  readonly files?: Readonly<Record<string, string>>;
  /** What a live or demo market is to consist of; unset: as configured. */
  readonly instruments?: readonly string[];
  readonly speed?: number;
  /** Where a replay starts, epoch ms. */
  readonly fromMs?: number;
  readonly port: number;
}

export const HELP = `Starts btcforecast: database, market data, forecasts and the API, as one system.

Usage: npm start -- [options]

  --source auto|live|replay|demo   where candles come from (default: auto)
                                     live    real exchanges
                                     replay  the candles of --file
                                     demo    a synthetic market
                                     auto    live, or demo when no exchange answers
  --file CSV[.gz]                  candles to replay: timestamp,open,high,low,close,volume; of BTC-USD, or
                                   several as BTC-USD=A.csv,ETH-USD=B.csv
  --instruments LIST               what to forecast, live or demo, e.g. BTC-USD,ETH-USD (default: BTC-USD)
  --speed N                        how much faster than the clock a replay or demo runs
  --from ISO                       where a replay starts, e.g. 2025-01-01 (default: where the file allows)
  --port N                         port of the API on this machine (default: 3000)
  --help                           this text

BTCF_DATA_DIR names the data folder (default: .btcforecast in the current folder).
`;

const SPECIFICATION = {
  source: { type: 'string' },
  file: { type: 'string' },
  instruments: { type: 'string' },
  speed: { type: 'string' },
  from: { type: 'string' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * The command line; 'help' when help is asked for.
 *
 * @throws StartError (exit code 2), one sentence, for each wrong option, value or combination
 */
export function parseOptions(argv: readonly string[]): SupervisorOptions | 'help' {
  const values = read(argv);
  if (values.help) return 'help';
  const source = oneOf(values.source ?? 'auto');
  checkCombination(source, values);
  const { file, instruments, speed, from, port = '3000' } = values;
  return {
    source,
    port: portOf(port),
    ...(file !== undefined && { files: replayFilesOf(file) }),
    ...(instruments !== undefined && { instruments: instrumentsOf(instruments) }),
    ...(speed !== undefined && { speed: speedOf(speed) }),
    ...(from !== undefined && { fromMs: instantOf(from) }),
  };
}

type Values = ReturnType<typeof read>;

function checkCombination(source: SourceOption, { file, instruments, speed, from }: Values): void {
  if (source === 'replay') {
    if (instruments !== undefined) {
      throw usageError('with --source replay name instruments in --file: ETH-USD=FILE');
    }
    if (!file) throw usageError('--source replay needs the candles to replay: add --file CSV[.gz]');
    return;
  }
  if (file !== undefined) throw usageError('--file needs --source replay');
  if (from !== undefined) throw usageError('--from needs --source replay');
  if (speed !== undefined && source !== 'demo') {
    throw usageError('--speed needs --source replay or --source demo');
  }
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: SPECIFICATION, strict: true }).values;
  } catch (error) {
    const ambiguous = /option '(--\w+)' argument is ambiguous/i.exec((error as Error).message);
    if (ambiguous) throw usageError(`${ambiguous[1]} needs a value, and one cannot begin with a dash`);
    const first = (error as Error).message.split(/\. |\n/)[0] ?? '';
    throw usageError(first.replace(/\.$/, '').replace(/^./, (letter) => letter.toLowerCase()));
  }
}

function oneOf(text: string): SourceOption {
  const found = SOURCES.find((source) => source === text);
  if (!found) throw usageError(`--source must be one of ${SOURCES.join(', ')}, not "${text}"`);
  return found;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw usageError(`--port must be a whole number from 1 to 65535, not "${text}"`);
  }
  return port;
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (text.trim() === '' || !Number.isFinite(speed) || speed <= 0) {
    throw usageError(`--speed must be a number above 0, not "${text}"`);
  }
  return speed;
}

/** A date (midnight UTC) or a date-time with a zone; anything else would depend on the machine's zone. */
function instantOf(text: string): number {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
  const instant = form.test(text) ? Date.parse(text) : NaN;
  const day = Date.parse(text.slice(0, 10));
  const real = !Number.isNaN(day) && new Date(day).toISOString().startsWith(text.slice(0, 10));
  if (Number.isNaN(instant) || !real) {
    throw usageError(`--from must be a date like 2025-01-01 or 2025-01-01T06:00Z, not "${text}"`);
  }
  return instant;
}
