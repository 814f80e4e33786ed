import type { Candle } from '@btcforecast/timeseries';

/** Index of each field in a row of the file. */
export type CandleFields = Readonly<Record<keyof Candle, number>>;

/** Without a header: the order of Binance's archive and of most others. */
export const DEFAULT_COLUMNS: CandleFields = { openTime: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 };

const NAMES: Readonly<Record<keyof Candle, readonly string[]>> = {
  openTime: ['timestamp', 'opentime', 'time', 'datetime', 'date', 'unix', 'ts'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c'],
  volume: ['volume', 'vol', 'v'],
};
const FIELDS = Object.keys(NAMES) as (keyof Candle)[];
const PRICES_AND_VOLUME = ['open', 'high', 'low', 'close', 'volume'] as const;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:?\d{2})?$/;

/** True for a first row that names columns instead of holding a candle. */
export function isHeader(cells: readonly string[]): boolean {
  return cells.some((cell) => normalised(cell) === 'open');
}

/** Where the fields lie, or the names of those that the header lacks. Case, spaces and underscores do not matter. */
export function columnsOf(header: readonly string[]): CandleFields | { readonly missing: string[] } {
  const names = header.map(normalised);
  const found = FIELDS.map(
    (field) => [field, names.findIndex((name) => NAMES[field].includes(name))] as const,
  );
  const missing = found
    .filter(([, index]) => index < 0)
    .map(([field]) => (field === 'openTime' ? 'timestamp' : field));
  return missing.length > 0 ? { missing } : (Object.fromEntries(found) as Record<keyof Candle, number>);
}

/**
 * One row as a candle, or what is wrong with the row, as a sentence part. Whether the candle can be true (its high
 * not below its low and so on) is another question: see validateCandle.
 */
export function parseRow(cells: readonly string[], columns: CandleFields): Candle | string {
  const needed = Math.max(...FIELDS.map((field) => columns[field])) + 1;
  if (cells.length < needed) return `it has ${cells.length} columns instead of ${needed} or more`;
  const candle = { openTime: NaN, open: NaN, high: NaN, low: NaN, close: NaN, volume: NaN };
  const time = cellAt(cells, columns.openTime);
  candle.openTime = parseTime(time);
  if (Number.isNaN(candle.openTime)) return `${JSON.stringify(time)} is not a time`;
  for (const field of PRICES_AND_VOLUME) {
    const text = cellAt(cells, columns[field]);
    if (!NUMBER.test(text)) return `${field} is ${JSON.stringify(text)}, which is not a number`;
    candle[field] = Number(text);
  }
  return candle;
}

/**
 * Milliseconds since the epoch from seconds, milliseconds or microseconds (told apart by their size: years 1973 to
 * 5138) or from ISO 8601, which is UTC unless it names a zone. NaN for anything else.
 */
export function parseTime(text: string): number {
  if (/^\d{9,17}$/.test(text)) {
    const number = Number(text);
    if (number < 1e11) return number * 1_000;
    return number < 1e14 ? number : Math.floor(number / 1_000);
  }
  const iso = ISO.exec(text);
  return iso ? Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}${iso[3] ?? 'Z'}`) : NaN;
}

/** Quotes around a cell mean nothing; a quote that never closes must not swallow the lines below it. */
function cellAt(cells: readonly string[], index: number): string {
  const text = (cells[index] ?? '').trim();
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}

function normalised(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}
