import { TrackRecordEntity, TrackRecordRootEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import {
  entryHash,
  NO_HASH,
  type RecordEntry,
  type RecordKey,
  type RecordRoot,
} from '@btcforecast/track-record';
import { Between, LessThanOrEqual, MoreThan, MoreThanOrEqual, type EntityManager } from 'typeorm';

/** Any fixed number: whoever holds it is the one who adds to the chain. */
const CHAIN_LOCK = 5_140_931;
/** Rows of one query while a stretch of the chain is read. */
const PAGE = 1_000;

/** An entry and the feed that it is of, by which the table can be searched; the feed is in the body as well. */
export interface FeedEntry {
  readonly feed: string;
  readonly entry: RecordEntry;
}

/** Of entries that belong to no feed. */
export const NO_FEED = '-';

/** Waits for the right to add to the chain; it ends with the transaction, however that ends. */
export async function lockChain(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
}

/** Wall time at the primary, ms. */
export async function primaryTime(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<{ now: number }[]>(
    `SELECT floor(date_part('epoch', clock_timestamp()) * 1000) AS now`,
  );
  return row!.now; // a SELECT without FROM always gives one row
}

export async function findHead(manager: EntityManager): Promise<RecordEntry | null> {
  const [row] = await manager.find(TrackRecordEntity, { order: { seq: 'DESC' }, take: 1 });
  return row ? entryOf(row) : null;
}

export async function insertEntries(manager: EntityManager, rows: readonly FeedEntry[]): Promise<void> {
  const entries = rows.map(({ entry }) => entry);
  await manager.query(
    `INSERT INTO track_record (seq, feed, kind, subject, entered_at, body, previous, hash)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
       $8::text[])`,
    [
      entries.map(({ seq }) => seq),
      rows.map(({ feed }) => feed),
      entries.map(({ kind }) => kind),
      entries.map(({ subject }) => subject),
      entries.map(({ enteredAt }) => enteredAt),
      entries.map(({ body }) => body),
      entries.map(({ previous }) => previous),
      entries.map(({ hash }) => hash),
    ],
  );
}

/** Entries after `after`, at most `limit`, in the order of the chain. */
export async function listEntries(
  manager: EntityManager,
  after: number,
  limit: number,
): Promise<RecordEntry[]> {
  const rows = await manager.find(TrackRecordEntity, {
    where: { seq: MoreThan(String(after)) },
    order: { seq: 'ASC' },
    take: limit,
  });
  return rows.map(entryOf);
}

/**
 * Entries after `after` that entered before `end` (an instant), checked to be a sound stretch of the chain.
 *
 * @throws AppError bug track_record.broken when they do not fit together
 */
export async function listUntil(
  manager: EntityManager,
  after: RecordEntry | null,
  end: string,
): Promise<Omit<RecordEntry, 'body'>[]> {
  const found: Omit<RecordEntry, 'body'>[] = [];
  let last = after;
  for (;;) {
    const page = await listEntries(manager, last?.seq ?? 0, PAGE);
    for (const entry of page) {
      if (entry.enteredAt >= end) return found;
      checkLink(last, entry);
      const { body: _body, ...link } = entry;
      found.push(link);
      last = entry;
    }
    if (page.length < PAGE) return found;
  }
}

/** @throws AppError bug track_record.broken when the entry's hash or its link to the one before is wrong */
export function checkLink(before: Pick<RecordEntry, 'seq' | 'hash'> | null, entry: RecordEntry): void {
  const follows = entry.seq === (before?.seq ?? 0) + 1 && entry.previous === (before?.hash ?? NO_HASH);
  if (follows && entryHash(entry) === entry.hash) return;
  throw brokenAt(entry.seq);
}

export function brokenAt(seq: number): AppError {
  const message = `the track record does not fit together at entry ${seq}; btcf verify says more`;
  return new AppError('bug', 'track_record.broken', message, { seq });
}

export async function findEntry(
  manager: EntityManager,
  kind: RecordEntry['kind'],
  subject: string,
): Promise<RecordEntry | null> {
  const row = await manager.findOneBy(TrackRecordEntity, { kind, subject });
  return row && entryOf(row);
}

export async function findEntryAt(manager: EntityManager, seq: number): Promise<RecordEntry | null> {
  const row = await manager.findOneBy(TrackRecordEntity, { seq: String(seq) });
  return row && entryOf(row);
}

/** Hashes of the entries from `first` to `last`, in the order of the chain. */
export async function listHashes(manager: EntityManager, first: number, last: number): Promise<string[]> {
  const rows = await manager.find(TrackRecordEntity, {
    select: { seq: true, hash: true },
    where: { seq: Between(String(first), String(last)) },
    order: { seq: 'ASC' },
  });
  return rows.map(({ hash }) => hash);
}

/** All signing keys, oldest first. */
export async function listKeys(manager: EntityManager): Promise<RecordKey[]> {
  const rows = await manager.find(TrackRecordEntity, { where: { kind: 'key' }, order: { seq: 'ASC' } });
  return rows.map(({ seq, body }) => {
    const { keyId, publicKey } = JSON.parse(body) as { keyId: string; publicKey: string };
    return { keyId, publicKey, since: Number(seq) };
  });
}

export async function findLastRoot(manager: EntityManager): Promise<RecordRoot | null> {
  const [row] = await manager.find(TrackRecordRootEntity, { order: { lastSeq: 'DESC' }, take: 1 });
  return row ? rootOf(row) : null;
}

/** The root that covers an entry; null while its hour has not been signed. */
export async function findRootOver(manager: EntityManager, seq: number): Promise<RecordRoot | null> {
  const row = await manager.findOne(TrackRecordRootEntity, {
    where: { firstSeq: LessThanOrEqual(String(seq)), lastSeq: MoreThanOrEqual(String(seq)) },
    order: { lastSeq: 'ASC' },
  });
  return row && rootOf(row);
}

/** Roots whose last entry is one of those after `after` up to `until`. */
export async function listRoots(manager: EntityManager, after: number, until: number): Promise<RecordRoot[]> {
  const rows = await manager.find(TrackRecordRootEntity, {
    where: { lastSeq: Between(String(after + 1), String(until)) },
    order: { lastSeq: 'ASC' },
  });
  return rows.map(rootOf);
}

export async function insertRoot(manager: EntityManager, root: RecordRoot): Promise<void> {
  await manager.insert(TrackRecordRootEntity, {
    hourAt: new Date(root.hour),
    firstSeq: String(root.firstSeq),
    lastSeq: String(root.lastSeq),
    root: root.root,
    previousRoot: root.previousRoot,
    keyId: root.keyId,
    signature: root.signature,
    signedAt: new Date(root.signedAt),
  });
}

function entryOf({ seq, kind, subject, enteredAt, body, previous, hash }: TrackRecordEntity): RecordEntry {
  return { seq: Number(seq), kind, subject, enteredAt: enteredAt.toISOString(), body, previous, hash };
}

function rootOf(row: TrackRecordRootEntity): RecordRoot {
  const { root, previousRoot, keyId, signature } = row;
  return {
    hour: row.hourAt.toISOString(),
    firstSeq: Number(row.firstSeq),
    lastSeq: Number(row.lastSeq),
    root,
    previousRoot,
    keyId,
    signature,
    signedAt: row.signedAt.toISOString(),
  };
}
