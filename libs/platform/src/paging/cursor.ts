import { z } from 'zod';
import { AppError } from '../errors/app-error.js';

/** Where the next page of a list begins: scalars that its query needs, e.g. the sort key of the last entry shown. */
export type CursorValues = readonly (string | number)[];

/**
 * A cursor: opaque to clients, but not secret and not signed. Whoever reads it checks each value as if it came from
 * anybody, and rights are never taken from it.
 *
 * @param list name of the list and of what else the question was about, e.g. `backtests`; of another list or
 *   question it is refused
 */
export function writeCursor(list: string, values: CursorValues): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/**
 * The values of a cursor.
 *
 * @throws AppError caller request.cursor_invalid for anything that writeCursor has not written for this list, or
 *   whose values do not fit the schema
 */
export function readCursor<S extends z.ZodType<CursorValues>>(
  list: string,
  schema: S,
  text: string,
): z.output<S> {
  const [found, ...values] = arrayIn(text);
  const { data } = schema.safeParse(values);
  if (data !== undefined && found === list && writeCursor(list, data) === text) return data;
  const message =
    'the cursor is none that this list gave out for this question; pass next of the page before unchanged, or none';
  throw new AppError('caller', 'request.cursor_invalid', message);
}

function arrayIn(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
