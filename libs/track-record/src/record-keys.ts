import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** A signing key of the record, and the entry from which it is in force. */
export interface RecordKey {
  /** First 16 hexadecimal digits of the SHA-256 of the raw public key. */
  readonly keyId: string;
  /** ed25519, raw 32 bytes, base64. */
  readonly publicKey: string;
  readonly since: number;
}

/** Body of an entry of kind `key`. */
export interface KeyBody {
  readonly keyId: string;
  readonly publicKey: string;
  /** Null for the first key of the chain. */
  readonly previousKeyId: string | null;
  /** Over the key statement, by the key before; by itself for the first. Base64. */
  readonly signature: string;
}

const PREFIX = 'btcforecast/track-record/key/1\n';
const KEY_ID_DIGITS = 16;

/** Raw public half of an ed25519 key (public or private), base64. */
export function rawPublicKey(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
}

/** @param publicKey raw, base64 */
export function keyIdOf(publicKey: string): string {
  const digest = createHash('sha256').update(publicKey, 'base64').digest('hex');
  return digest.slice(0, KEY_ID_DIGITS);
}

/** What the key before signs of a new one; the place in the chain is in it, so that it fits nowhere else. */
export function keyStatement(key: Omit<KeyBody, 'signature'>, seq: number): Buffer {
  const { keyId, publicKey, previousKeyId } = key;
  return Buffer.from(PREFIX + canonicalJson({ keyId, publicKey, previousKeyId, seq }), 'utf8');
}

/** Signs by one ed25519 key, wherever that is. */
export interface RecordSigner {
  /** Raw, base64. */
  readonly publicKey: string;
  /** @returns ed25519, base64 */
  sign(statement: Buffer): Promise<string>;
}

/** Signs by a private key that is in memory. */
export function signerOf(key: KeyObject): RecordSigner {
  return { publicKey: rawPublicKey(key), sign: async (statement) => signatureOf(statement, key) };
}

/** Body of the entry `seq` that introduces `key`, signed by `previous`, or by itself when it is the first. */
export async function keyBody(
  key: RecordSigner,
  previous: RecordSigner | null,
  seq: number,
): Promise<KeyBody> {
  const { publicKey } = key;
  const unsigned = {
    keyId: keyIdOf(publicKey),
    publicKey,
    previousKeyId: previous && keyIdOf(previous.publicKey),
  };
  return { ...unsigned, signature: await (previous ?? key).sign(keyStatement(unsigned, seq)) };
}

/** ed25519, base64. */
export function signatureOf(statement: Buffer, key: KeyObject): string {
  return sign(null, statement, key).toString('base64');
}

/**
 * @param publicKey raw, base64
 * @returns false for whatever is not a signature of the statement by that key, malformed ones included
 */
export function isSignedBy(publicKey: string, statement: Buffer, signature: string): boolean {
  try {
    const x = Buffer.from(publicKey, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, statement, key, Buffer.from(signature, 'base64'));
  } catch {
    return false; // no such key
  }
}
