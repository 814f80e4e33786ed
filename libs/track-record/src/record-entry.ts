import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

export type RecordKind = 'key' | 'forecast' | 'outcome';

/** One link of the chain. */
export interface RecordEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly kind: RecordKind;
  /** Id of the forecast, or of the key. */
  readonly subject: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly enteredAt: string;
  /** Canonical JSON. */
  readonly body: string;
  /** Hash of the entry before, 64 hexadecimal digits. */
  readonly previous: string;
  readonly hash: string;
}

/** Stands where there is nothing before. */
export const NO_HASH = '0'.repeat(64);
const PREFIX = 'btcforecast/track-record/entry/1\n';

/**
 * Hash of an entry: SHA-256 of the prefix and the canonical JSON of all its other fields, 64 hexadecimal digits.
 * The prefix keeps it apart from everything else that is hashed or signed here.
 */
export function entryHash(entry: Omit<RecordEntry, 'hash'>): string {
  const { seq, kind, subject, enteredAt, body, previous } = entry;
  const text = canonicalJson({ seq, kind, subject, enteredAt, body, previous });
  return createHash('sha256')
    .update(PREFIX + text, 'utf8')
    .digest('hex');
}

/** The entry that follows; `after` is the newest one so far, null for an empty chain. */
export function nextEntry(
  after: Pick<RecordEntry, 'seq' | 'hash'> | null,
  content: Pick<RecordEntry, 'kind' | 'subject' | 'enteredAt' | 'body'>,
): RecordEntry {
  const link = { ...content, seq: (after?.seq ?? 0) + 1, previous: after?.hash ?? NO_HASH };
  return { ...link, hash: entryHash(link) };
}
