import { createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';

export const SIGNATURE_ALGORITHMS = ['ed25519', 'hmac-sha256'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** The key says how it signs; what a message says about that is only compared with it. */
export interface SignatureKey {
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  /** For ed25519 the private key to sign, the public one to verify; for hmac-sha256 the secret. */
  readonly key: KeyObject;
}

/** @see RFC 9421, sections 3.3.3 and 3.3.6 */
export function signBytes({ algorithm, key }: SignatureKey, bytes: Uint8Array): Buffer {
  return algorithm === 'ed25519' ? sign(null, bytes, key) : hmac(key, bytes);
}

export function verifyBytes(
  { algorithm, key }: SignatureKey,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithm === 'ed25519') return verify(null, bytes, key, signature);
  const expected = hmac(key, bytes);
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

function hmac(key: KeyObject, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}
