import { BrokenRecordError } from './broken-record.error.js';
import { entryHash, type RecordEntry } from './record-entry.js';
import { hourOf, isInstant } from './record-hour.js';
import { isSignedBy, keyIdOf, type RecordKey } from './record-keys.js';
import { parseBody, type ForecastBody } from './record-bodies.js';
import { rootOfPath, type PathStep } from './merkle-tree.js';
import { rootStatement, type RecordRoot } from './record-root.js';

export interface RecordProof {
  readonly entry: RecordEntry;
  readonly path: readonly PathStep[];
  readonly root: RecordRoot;
  readonly keys: readonly RecordKey[];
}

/**
 * Checks that a forecast stands under a signed root. Whether root and key are those that everybody else sees is for
 * the reader to compare: with roots saved earlier, or with the whole record.
 *
 * @returns what the forecast said
 * @throws BrokenRecordError that says what does not fit
 */
export function verifyProof(forecastId: string, { entry, path, root, keys }: RecordProof): ForecastBody {
  if (entry.kind !== 'forecast' || entry.subject !== forecastId) {
    throw new BrokenRecordError(`the proof is of ${entry.kind} ${entry.subject}, not of ${forecastId}`);
  }
  if (entryHash(entry) !== entry.hash) {
    throw new BrokenRecordError(`entry ${entry.seq}: its contents do not give its hash`);
  }
  if (!isUnder(root, entry) || rootOfPath(entry.hash, path) !== root.root) {
    throw new BrokenRecordError(`entry ${entry.seq} is not under the root of ${root.hour}`);
  }
  checkSignature(root, keys);
  return parseBody('forecast', entry);
}

function isUnder(root: RecordRoot, { seq, enteredAt }: RecordEntry): boolean {
  return (
    seq >= root.firstSeq && seq <= root.lastSeq && isInstant(enteredAt) && hourOf(enteredAt) === root.hour
  );
}

function checkSignature(root: RecordRoot, keys: readonly RecordKey[]): void {
  const key = keys.find(({ keyId }) => keyId === root.keyId);
  if (!key || keyIdOf(key.publicKey) !== key.keyId) {
    throw new BrokenRecordError(`the key ${root.keyId} is not among those of the record`);
  }
  if (!isSignedBy(key.publicKey, rootStatement(root), root.signature)) {
    throw new BrokenRecordError(`root of ${root.hour}: its signature is wrong`);
  }
}
