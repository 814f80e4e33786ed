import {
  hourOf,
  merkleRoot,
  NO_HASH,
  rootStatement,
  type RecordRoot,
  type RecordSigner,
} from '@btcforecast/track-record';
import type { EntityManager } from 'typeorm';
import { findEntryAt, findLastRoot, insertRoot, listUntil, listKeys } from './track-record.repository.js';

const HOUR_MS = 3_600_000;

/**
 * Signs the oldest hour that has ended and has entries without a root. Run within the transaction that holds the
 * chain's lock.
 *
 * @param nowMs    wall time at the primary
 * @param signerOf whoever signs by the key with an id
 * @returns null when there is no such hour
 * @throws AppError bug track_record.broken when its entries do not fit together; as signerOf
 */
export async function signNextHour(
  manager: EntityManager,
  nowMs: number,
  signerOf: (keyId: string) => Promise<RecordSigner>,
): Promise<RecordRoot | null> {
  const before = await findLastRoot(manager);
  const first = await findEntryAt(manager, (before?.lastSeq ?? 0) + 1);
  const end = first && endOfHour(hourOf(first.enteredAt));
  if (!first || !end || nowMs < Date.parse(end)) return null;
  const entries = await listUntil(manager, before && (await findEntryAt(manager, before.lastSeq)), end);
  const last = entries.at(-1)!; // the first one is there
  const keys = await listKeys(manager);
  const { keyId } = keys.findLast(({ since }) => since <= last.seq)!; // the chain begins with a key
  const unsigned = {
    hour: hourOf(first.enteredAt),
    firstSeq: first.seq,
    lastSeq: last.seq,
    root: merkleRoot(entries.map(({ hash }) => hash)),
    previousRoot: before?.root ?? NO_HASH,
    keyId,
    signedAt: new Date(nowMs).toISOString(),
  };
  const signer = await signerOf(keyId);
  const root = { ...unsigned, signature: await signer.sign(rootStatement(unsigned)) };
  await insertRoot(manager, root);
  return root;
}

/** First instant after an hour. */
export function endOfHour(hour: string): string {
  return new Date(Date.parse(hour) + HOUR_MS).toISOString();
}
