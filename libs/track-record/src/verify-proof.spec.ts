import { describe, expect, it } from '@jest/globals';
import { sampleRecord, verify } from '../test/sample-record.js';
import { merklePath } from './merkle-tree.js';
import { verifyProof, type RecordProof } from './verify-proof.js';

const record = sampleRecord(4);
const { keys } = verify(record);

function proofOf(id: string): RecordProof {
  const entry = record.entries.find(({ kind, subject }) => kind === 'forecast' && subject === id)!;
  const root = record.roots.find(({ lastSeq }) => lastSeq >= entry.seq)!;
  const hashes = record.entries.slice(root.firstSeq - 1, root.lastSeq).map(({ hash }) => hash);
  return { entry, path: merklePath(hashes, entry.seq - root.firstSeq), root, keys };
}

describe('verifyProof', () => {
  it('accepts the proof of each forecast and gives what it said', () => {
    for (let i = 0; i < 4; i++) {
      const { entry } = proofOf(`f${i}`);
      expect(verifyProof(`f${i}`, proofOf(`f${i}`))).toEqual(JSON.parse(entry.body));
    }
  });

  it('refuses the proof of another forecast', () => {
    expect(() => verifyProof('f1', proofOf('f2'))).toThrow('the proof is of forecast f2, not of f1');
  });

  it.each([
    [
      'a changed forecast',
      (p: RecordProof) => ({ ...p, entry: { ...p.entry, body: p.entry.body.replace('0.52', '0.53') } }),
      /do not give its hash/,
    ],
    [
      'a path that leads elsewhere',
      (p: RecordProof) => ({ ...p, path: p.path.slice(1) }),
      /is not under the root/,
    ],
    [
      'the root of another hour',
      (p: RecordProof) => ({ ...p, root: record.roots[0]! }),
      /is not under the root/,
    ],
    [
      'a root with a date of its own',
      (p: RecordProof) => ({ ...p, root: { ...p.root, signedAt: p.root.hour } }),
      /signature is wrong/,
    ],
    ['a key that is not there', (p: RecordProof) => ({ ...p, keys: [] }), /is not among those/],
    [
      'a key under the name of another',
      (p: RecordProof) => ({ ...p, keys: [{ ...keys[1]!, publicKey: keys[0]!.publicKey }] }),
      /is not among those/,
    ],
  ])('refuses %s', (_what, change, reason) => {
    expect(() => verifyProof('f3', change(proofOf('f3')))).toThrow(reason);
  });
});
