import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { AppError } from '../errors/app-error.js';

const CIPHER = 'aes-256-gcm';
const FORMAT = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** A key as the configuration writes it: 32 random bytes in base64. */
export const SECRETS_KEY_TEXT = /^[A-Za-z0-9+/]{43}=$/;

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/**
 * Encrypts what has to be stored and read again, such as secrets by which something is signed. AES-256-GCM: format (1
 * byte), key id (4), nonce (12), tag (16), ciphertext. What is sealed is bound to what it is about, so that it cannot be
 * put in another row's place.
 *
 * Of several keys the first seals and all open: a new one is put in front, and the old one taken away once nothing that
 * it sealed is left.
 */
export class SecretBox {
  readonly #keys: readonly Key[];

  /** @param keysText value of SECRETS_KEY: one key to a line; undefined: nothing can be sealed or opened */
  constructor(keysText: string | undefined) {
    this.#keys = keysOf(keysText).map((text) => {
      const bytes = Buffer.from(text, 'base64');
      return { bytes, id: hash('sha256', bytes, 'buffer').subarray(0, KEY_ID_BYTES) };
    });
  }

  /**
   * @param about who or what the secret belongs to; must be the same when it is opened
   * @throws AppError transient service.not_ready when no key is configured
   */
  seal(secret: Uint8Array, about: string): Buffer {
    const [key] = this.#keys;
    if (!key) throw withoutKey();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key.bytes, nonce).setAAD(Buffer.from(about));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), key.id, nonce, cipher.getAuthTag(), text]);
  }

  /**
   * @throws AppError transient service.not_ready when no key is configured, or not the one that sealed it; bug when it
   *   was changed or is about something else
   */
  open(sealed: Uint8Array, about: string): Buffer {
    const bytes = Buffer.from(sealed);
    if (bytes.length < HEAD_BYTES || bytes[0] !== FORMAT) throw damaged();
    const [id, nonce, tag] = partsOf(bytes);
    const key = this.#keys.find((each) => each.id.equals(id));
    if (!key) throw withoutKey();
    const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about)).setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]);
    } catch (error) {
      throw damaged(error);
    }
  }
}

/** A new key, as SECRETS_KEY takes it. */
export function newSecretsKey(): string {
  return randomBytes(32).toString('base64');
}

/** The keys in a configured text, one to a line. */
export function keysOf(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((line) => line !== '');
}

function partsOf(bytes: Buffer): [id: Buffer, nonce: Buffer, tag: Buffer] {
  const nonceAt = 1 + KEY_ID_BYTES;
  const tagAt = nonceAt + NONCE_BYTES;
  return [bytes.subarray(1, nonceAt), bytes.subarray(nonceAt, tagAt), bytes.subarray(tagAt, HEAD_BYTES)];
}

function withoutKey(): AppError {
  const message =
    'stored secrets cannot be used here: the operator has to set SECRETS_KEY_FILE to the file of keys that sealed them';
  return new AppError('transient', 'service.not_ready', message);
}

function damaged(cause?: unknown): AppError {
  return new AppError(
    'bug',
    'internal.bug',
    'a stored secret is damaged or in the wrong place',
    {},
    { cause },
  );
}
