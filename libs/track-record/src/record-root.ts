import { canonicalJson } from './canonical-json.js';

/** The signed Merkle root of one hour of entry. Hours without entries have none. */
export interface RecordRoot {
  /** Start of the hour, ISO 8601 in UTC with milliseconds. */
  readonly hour: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly root: string;
  readonly previousRoot: string;
  readonly keyId: string;
  /** ed25519 over the root statement, base64. */
  readonly signature: string;
  readonly signedAt: string;
}

const PREFIX = 'btcforecast/track-record/root/1\n';

/** What is signed: the prefix and the canonical JSON of all other fields. */
export function rootStatement(root: Omit<RecordRoot, 'signature'>): Buffer {
  const { hour, firstSeq, lastSeq, root: hash, previousRoot, keyId, signedAt } = root;
  const text = canonicalJson({ hour, firstSeq, lastSeq, root: hash, previousRoot, keyId, signedAt });
  return Buffer.from(PREFIX + text, 'utf8');
}
