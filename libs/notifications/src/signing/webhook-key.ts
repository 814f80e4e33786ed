import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';

const HMAC_BYTES = 32;
const SEED_BYTES = 32;
/** PKCS #8 around an ed25519 seed, RFC 8410 section 7. */
const SEED_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * What the messages to one endpoint are signed with: a secret that both sides hold, and a key of which only the public
 * half leaves. Which of the two signatures a receiver checks is its own choice.
 */
export interface WebhookKey {
  readonly hmac: Buffer;
  readonly seed: Buffer;
}

export function newWebhookKey(): WebhookKey {
  return { hmac: randomBytes(HMAC_BYTES), seed: randomBytes(SEED_BYTES) };
}

export function packKey({ hmac, seed }: WebhookKey): Buffer {
  return Buffer.concat([hmac, seed]);
}

export function unpackKey(bytes: Buffer): WebhookKey {
  return { hmac: bytes.subarray(0, HMAC_BYTES), seed: bytes.subarray(HMAC_BYTES) };
}

/** As receivers are shown it, Standard Webhooks 1.0.0. */
export function secretText({ hmac }: WebhookKey): string {
  return `whsec_${hmac.toString('base64')}`;
}

export function publicKeyText({ seed }: WebhookKey): string {
  const { x = '' } = createPublicKey(privateKeyOf(seed)).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
}

export function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([SEED_HEAD, seed]), format: 'der', type: 'pkcs8' });
}
