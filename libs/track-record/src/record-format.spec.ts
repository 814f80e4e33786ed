import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { merkleRoot } from './merkle-tree.js';
import { nextEntry, NO_HASH, type RecordEntry } from './record-entry.js';
import { isSignedBy, keyBody, rawPublicKey, signatureOf, signerOf } from './record-keys.js';
import { rootStatement } from './record-root.js';

/** The key of RFC 8032, section 7.1, test 1, in PKCS #8. */
const KEY = createPrivateKey({
  key: Buffer.from(
    `302e020100300506032b657004220420${'9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'}`,
    'hex',
  ),
  format: 'der',
  type: 'pkcs8',
});

function chain(): RecordEntry[] {
  const contents = [
    { kind: 'forecast', subject: 'a', enteredAt: '2026-01-01T00:00:01.000Z', body: '{"price":100.5}' },
    { kind: 'outcome', subject: 'a', enteredAt: '2026-01-01T01:00:02.500Z', body: '{"état":"ö"}' },
    { kind: 'forecast', subject: 'b', enteredAt: '2026-01-01T01:00:03.000Z', body: '{}' },
  ] as const;
  const entries: RecordEntry[] = [];
  for (const content of contents) entries.push(nextEntry(entries.at(-1) ?? null, content));
  return entries;
}

/** The values were computed from docs/track-record.md by other code in another language. */
describe('format 1 of the record', () => {
  const root = '0ff2f50c2c0122ce6e6fb92682da55593265dbc56342d656c5078bf0bdf91f55';

  it('hashes entries as documented', () => {
    expect(chain().map(({ hash }) => hash)).toEqual([
      '4e00da6598e4c14d183d4f994e87439d6785d32106d87d8ea16be58eb63896a8',
      'ccb603bfb9402025b015884c161569012d651bafd0057e6561013e50ff274d7f',
      'aaedbbf4c7cf2c9c07340bcd16d90b95ade64bf7be22c2f9b734bc3153b03162',
    ]);
    expect(merkleRoot(chain().map(({ hash }) => hash))).toBe(root);
  });

  it('introduces a key as documented', async () => {
    await expect(keyBody(signerOf(KEY), null, 1)).resolves.toEqual({
      keyId: '21fe31dfa154a261',
      publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
      previousKeyId: null,
      signature: 'Zv2G2T8yn9XVCjXiN7z7pDBLFvTErnI2rqRWwNRgavZ/IxKktgossWL37vBsx0JQYBEwIqEene5N5TVURuJaAw==',
    });
  });

  it('signs a root as documented', () => {
    const statement = rootStatement({
      hour: '2026-01-01T00:00:00.000Z',
      firstSeq: 1,
      lastSeq: 3,
      root,
      previousRoot: NO_HASH,
      keyId: '21fe31dfa154a261',
      signedAt: '2026-01-01T01:00:05.000Z',
    });
    const signature = signatureOf(statement, KEY);
    expect(signature).toBe(
      'D79Eb+iTDWf/31HHJ4fhFazAJdR4JaNzJF+rJDGORRBEzf37cF12wNizEW5QDDTSGKyI+EshLp/zNJeJ5yRnBA==',
    );
    const publicKey = rawPublicKey(KEY);
    expect(isSignedBy(publicKey, statement, signature)).toBe(true);
    expect(isSignedBy(publicKey, Buffer.from('another'), signature)).toBe(false);
    expect(isSignedBy('no key', statement, signature)).toBe(false);
  });
});
