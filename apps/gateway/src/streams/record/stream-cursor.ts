import { hash } from 'node:crypto';
import { StreamCursor } from '@btcforecast/contracts';

/** Hexadecimal digits of the check: enough that another event hardly ever has the same. */
const CHECK_DIGITS = 8;

/** A place in the sequence of a feed: after the event of this number. */
export interface Place {
  readonly seq: number;
  /** Id of that event. */
  readonly cursor: StreamCursor;
}

/**
 * The id of an event. The check is there because numbers come again: after a restored backup, in another feed, on
 * another machine. Who resumes with the id of an event that never was here is told so, instead of missing some.
 */
export function cursorOf(feed: string, seq: number, data: string): StreamCursor {
  return `${seq}-${hash('sha256', `${feed} ${seq} ${data}`, 'hex').slice(0, CHECK_DIGITS)}`;
}

/** Where the sequence of a feed begins, before its first event. */
export function startCursor(feed: string): StreamCursor {
  return cursorOf(feed, 0, '');
}

/** Null for a text that is no id of ours. */
export function parseCursor(text: string): Place | null {
  if (!StreamCursor.safeParse(text).success) return null;
  return { seq: Number(text.slice(0, text.indexOf('-'))), cursor: text };
}
