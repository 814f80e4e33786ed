import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { parseDictionary, serializeDictionary } from 'structured-headers';
import { SignatureError } from './signature.error.js';

/** By their names in RFC 9530, section 5. The insecure ones that it lists besides are not among them. */
const HASHES = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const;
export type DigestAlgorithm = keyof typeof HASHES;

/** Value of the field Content-Digest of a body. */
export function contentDigest(body: Uint8Array | string, algorithm: DigestAlgorithm = 'sha-256'): string {
  return serializeDictionary({ [algorithm]: hash(HASHES[algorithm], body, 'buffer') });
}

/** Compares a body, as it arrives, with what Content-Digest says of it. */
export class ContentDigestCheck {
  readonly #expected: { hash: ReturnType<typeof createHash>; digest: Uint8Array }[];

  /**
   * @param field value of Content-Digest; every digest in it that we know must fit, and there must be one
   * @throws SignatureError when it cannot be read or has none that we know
   */
  constructor(field: string) {
    this.#expected = knownDigests(field);
    if (this.#expected.length > 0) return;
    throw new SignatureError('Content-Digest must have a digest by sha-256 or sha-512, base64 in colons');
  }

  update(chunk: Uint8Array): void {
    for (const { hash } of this.#expected) hash.update(chunk);
  }

  /** @throws SignatureError when the body was another one; to be called once, after all of it */
  end(): void {
    const fits = this.#expected.every(({ hash, digest }) => {
      const found = hash.digest();
      return found.length === digest.length && timingSafeEqual(found, digest);
    });
    if (!fits) throw new SignatureError('the body is not the one that Content-Digest describes');
  }
}

function knownDigests(field: string) {
  return [...dictionaryOf(field)].flatMap(([name, [value]]) => {
    if (!Object.hasOwn(HASHES, name)) return [];
    if (!(value instanceof ArrayBuffer)) throw new SignatureError(`${name} in Content-Digest must be base64`);
    return [{ hash: createHash(HASHES[name as DigestAlgorithm]), digest: new Uint8Array(value) }];
  });
}

function dictionaryOf(field: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field);
  } catch (error) {
    throw new SignatureError('Content-Digest cannot be read: it must be a structured dictionary', {
      cause: error,
    });
  }
}
