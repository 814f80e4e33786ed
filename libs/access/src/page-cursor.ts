import { readCursor, writeCursor } from '@btcforecast/platform';
import { z } from 'zod';

/** Where a page begins: after this one, newest first. */
export interface PagePosition {
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly id: string;
}

/** A list that is shown page by page, newest first: its name, and what ids in it look like. */
export interface PagedList {
  readonly name: string;
  readonly id: z.ZodType<string>;
}

const Time = z.number().int().min(0).max(8.64e15);

/** @throws AppError caller request.cursor_invalid for one that this list has not given out */
export function positionOf(list: PagedList, cursor: string | undefined): PagePosition | null {
  if (cursor === undefined) return null;
  const [createdAt, id] = readCursor(list.name, z.tuple([Time, list.id]), cursor);
  return { createdAt, id };
}

/** @param rows one more than the page holds, if there are so many */
export function pageOf<R extends { createdAt: Date; id: string }, T>(
  list: PagedList,
  rows: readonly R[],
  limit: number,
  toReply: (row: R) => T,
): { data: T[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    data: shown.map(toReply),
    next: last ? writeCursor(list.name, [last.createdAt.getTime(), last.id]) : null,
  };
}
