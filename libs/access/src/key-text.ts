import { hash, randomBytes, randomInt } from 'node:crypto';

/** Digits of a key id; lower case only, so that an id can be read out and typed. */
const ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;
const KEY_TEXT = /^btcf_([0-9a-z]{12})_([A-Za-z0-9_-]{43})$/;

/** What the two halves of a key's text say: which key, and the SHA-256 of its secret, hexadecimal. */
export interface PresentedKey {
  readonly id: string;
  readonly secretHash: string;
}

export interface NewKeyText extends PresentedKey {
  /** Shown once to its owner, never stored. */
  readonly text: string;
}

/** A new random key: `btcf_<id>_<secret>`, the secret 256 random bits. With an id: a new secret for that key. */
export function createKeyText(id = randomId()): NewKeyText {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, secretHash: sha256(secret), text: `btcf_${id}_${secret}` };
}

function randomId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('');
}

/** Reads a key's text; undefined when it does not have the form of one. */
export function parseKeyText(text: string): PresentedKey | undefined {
  const match = KEY_TEXT.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { id: match[1], secretHash: sha256(match[2]) };
}

function sha256(secret: string): string {
  return hash('sha256', secret, 'hex');
}
