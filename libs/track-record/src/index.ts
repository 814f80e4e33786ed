export { BrokenRecordError } from './broken-record.error.js';
export { canonicalJson, type JsonValue } from './canonical-json.js';
export { compareRoots } from './known-roots.js';
export { merklePath, merkleRoot, type PathStep } from './merkle-tree.js';
export { ForecastBody, OutcomeBody, RECORD_LEVELS } from './record-bodies.js';
export { entryHash, nextEntry, NO_HASH, type RecordEntry, type RecordKind } from './record-entry.js';
export { hourOf } from './record-hour.js';
export {
  keyBody,
  keyIdOf,
  rawPublicKey,
  signatureOf,
  signerOf,
  type RecordKey,
  type RecordSigner,
} from './record-keys.js';
export { rootStatement, type RecordRoot } from './record-root.js';
export { RecordVerifier, type RecordSummary } from './record-verifier.js';
export { type ScoreRow } from './score-table.js';
export { verifyProof, type RecordProof } from './verify-proof.js';
