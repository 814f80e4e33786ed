import { createHash } from 'node:crypto';

/** A sibling on the way from a leaf to the root, and on which side it stands. */
export interface PathStep {
  readonly side: 'left' | 'right';
  readonly hash: string;
}

/** Leaves and nodes are hashed apart, so that no node can be shown as a leaf. */
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/**
 * Root of the Merkle tree over entry hashes, 64 hexadecimal digits.
 *
 * @param entryHashes hexadecimal, in the order of the chain, shape [n], n >= 1; cost O(n)
 * @throws RangeError if there is none
 * @see RFC 6962, section 2.1
 */
export function merkleRoot(entryHashes: readonly string[]): string {
  return levelsOf(entryHashes).at(-1)![0]!; // the last level is the root alone
}

/**
 * Siblings from leaf `index` up to the root.
 *
 * @throws RangeError if there is no such leaf
 */
export function merklePath(entryHashes: readonly string[], index: number): PathStep[] {
  if (!(index >= 0 && index < entryHashes.length)) throw new RangeError(`no leaf ${index}`);
  const path: PathStep[] = [];
  let place = index;
  for (const level of levelsOf(entryHashes).slice(0, -1)) {
    const sibling = level[place ^ 1];
    // The last node of an odd level goes up as it is.
    if (sibling !== undefined) path.push({ side: place % 2 === 0 ? 'right' : 'left', hash: sibling });
    place >>= 1;
  }
  return path;
}

/** Root that a leaf and its path lead to. */
export function rootOfPath(entryHash: string, path: readonly PathStep[]): string {
  return path.reduce(
    (node, { side, hash }) => (side === 'left' ? nodeHash(hash, node) : nodeHash(node, hash)),
    leafHash(entryHash),
  );
}

/** From the leaves to the root: pairs are joined, an odd last one goes up as it is. */
function levelsOf(entryHashes: readonly string[]): string[][] {
  if (entryHashes.length === 0) throw new RangeError('a tree needs a leaf');
  const levels = [entryHashes.map(leafHash)];
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!) {
    const above: string[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i]!, level[i + 1]]; // i < length
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    levels.push(above);
  }
  return levels;
}

function leafHash(entryHash: string): string {
  return createHash('sha256').update(LEAF).update(entryHash, 'hex').digest('hex');
}

function nodeHash(left: string, right: string): string {
  return createHash('sha256').update(NODE).update(left, 'hex').update(right, 'hex').digest('hex');
}
