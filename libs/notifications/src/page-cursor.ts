import { readCursor, writeCursor } from '@btcforecast/platform';
import { z } from 'zod';

/** Where a page ended: lists are newest first, by time and then by id. */
export interface PageEnd {
  /** ISO 8601. */
  readonly at: string;
  readonly id: string;
}

const UuidEnd = z.tuple([z.iso.datetime(), z.uuid()]);
const NumberEnd = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,18}$/)]);

/**
 * The end of the page before; undefined: there was none.
 *
 * @param list name of the list and of what else the question was about
 * @throws AppError caller request.cursor_invalid
 */
export function pageEnd(list: string, cursor: string | undefined): PageEnd | undefined {
  return cursor === undefined ? undefined : endOf(readCursor(list, UuidEnd, cursor));
}

/** As {@link pageEnd}, of a list whose entries are numbered. */
export function numberedPageEnd(list: string, cursor: string | undefined): PageEnd | undefined {
  return cursor === undefined ? undefined : endOf(readCursor(list, NumberEnd, cursor));
}

/** A page of rows of which one more than `limit` was asked for. */
export function pageOf<T>(list: string, rows: readonly T[], limit: number, placeOf: (row: T) => PageEnd) {
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : undefined;
  return { data, next: last ? cursorOf(list, placeOf(last)) : null };
}

function cursorOf(list: string, { at, id }: PageEnd): string {
  return writeCursor(list, [at, id]);
}

function endOf([at, id]: readonly [string, string]): PageEnd {
  return { at, id };
}
