import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = 'btcforecast reply of an idempotent request';

/** To whom a reply that shows a secret is shown again. */
export interface SealedFor {
  /** What the client proved itself with, e.g. an API key: this side keeps no more than its hash. */
  readonly credential: string;
  readonly idempotencyKey: string;
  /** Digest of the request. */
  readonly fingerprint: string;
}

/**
 * A reply that only the client can open again, by sending the same request with the same credential.
 *
 * @returns nonce (12 bytes), tag (16 bytes), the reply under AES-256-GCM
 * @see RFC 5869 (HKDF); NIST SP 800-38D (GCM)
 */
export function seal(reply: Buffer, whom: SealedFor): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyFor(whom), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(whom.fingerprint));
  const sealed = Buffer.concat([cipher.update(reply), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** What was sealed; undefined when it was sealed for somebody else, or is damaged. */
export function unseal(sealed: Buffer, whom: SealedFor): Buffer | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const cipher = createDecipheriv(CIPHER, keyFor(whom), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(whom.fingerprint)).setAuthTag(tag);
    return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]);
  } catch {
    return undefined;
  }
}

function keyFor({ credential, idempotencyKey }: SealedFor): Buffer {
  return Buffer.from(hkdfSync('sha256', credential, idempotencyKey, PURPOSE, KEY_BYTES));
}
