import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { merklePath, merkleRoot, rootOfPath } from './merkle-tree.js';

const sha256 = (...parts: (string | Buffer)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hashOf = (text: string) => sha256(text).toString('hex');
const hashes = (n: number) => Array.from({ length: n }, (_, i) => hashOf(`entry ${i}`));

/** RFC 6962, section 2.1, word for word: split at the largest power of two below n. */
function definition(leaves: readonly string[]): Buffer {
  if (leaves.length === 1) return sha256(Buffer.from([0]), Buffer.from(leaves[0]!, 'hex'));
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.from([1]), definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

describe('the Merkle tree', () => {
  it('is that of RFC 6962 for every number of leaves', () => {
    for (let n = 1; n <= 70; n++) {
      expect(merkleRoot(hashes(n))).toBe(definition(hashes(n)).toString('hex'));
    }
  });

  it('leads from every leaf to the root', () => {
    for (let n = 1; n <= 40; n++) {
      const leaves = hashes(n);
      for (const [i, leaf] of leaves.entries()) {
        expect(rootOfPath(leaf, merklePath(leaves, i))).toBe(merkleRoot(leaves));
        expect(merklePath(leaves, i).length).toBeLessThanOrEqual(Math.ceil(Math.log2(n)));
      }
    }
  });

  it('leads elsewhere from another leaf, another place, or by a changed path', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), fc.nat(), fc.nat(), (n, a, b) => {
        const leaves = hashes(n);
        const [i, j] = [a % n, b % n];
        const path = merklePath(leaves, i);
        const root = merkleRoot(leaves);
        expect(rootOfPath(hashOf('another'), path)).not.toBe(root);
        if (i !== j) expect(rootOfPath(leaves[j]!, path)).not.toBe(root);
        const step = b % path.length;
        const turned = path.map((sibling, at) =>
          at === step ? ({ ...sibling, side: sibling.side === 'left' ? 'right' : 'left' } as const) : sibling,
        );
        expect(rootOfPath(leaves[i]!, turned)).not.toBe(root);
      }),
    );
  });

  it('does not take a node for a leaf', () => {
    const [a, b, c, d] = hashes(4) as [string, string, string, string];
    const inner = [merkleRoot([a, b]), merkleRoot([c, d])];
    expect(merkleRoot(inner)).not.toBe(merkleRoot([a, b, c, d]));
  });

  it('refuses an empty tree and a leaf that is not there', () => {
    expect(() => merkleRoot([])).toThrow(RangeError);
    expect(() => merklePath(hashes(3), 3)).toThrow(RangeError);
    expect(() => merklePath(hashes(3), -1)).toThrow(RangeError);
  });
});
