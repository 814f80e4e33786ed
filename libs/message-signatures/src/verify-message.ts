import { verifyBytes, type SignatureKey } from './algorithms.js';
import type { MessageParts } from './http-message.js';
import { identityOf, signatureBase } from './signature-base.js';
import type { PresentedSignature } from './signature-fields.js';
import { SignatureError } from './signature.error.js';

/** What a signature must be like to count, besides being right. Times are seconds. */
export interface SignaturePolicy {
  /** Components that must be covered; those without parameters as `@method`, others in quotes, `"@path";req`. */
  readonly components: readonly string[];
  readonly nowSeconds: number;
  /** How long after `created` it counts. */
  readonly maxAgeSeconds: number;
  /** How far the signer's clock may be off. */
  readonly skewSeconds: number;
}

/**
 * Checks one signature of a message. Whether its nonce was seen before, and whether the body is the one whose digest
 * was signed, remains to be checked by the caller.
 *
 * @throws SignatureError that says what is wrong with it
 * @see RFC 9421, section 3.2
 */
export function verifySignature(
  message: MessageParts,
  presented: PresentedSignature,
  key: SignatureKey,
  policy: SignaturePolicy,
): void {
  checkAlgorithm(presented, key);
  checkTimes(presented, policy);
  checkCoverage(presented, policy);
  const bytes = Buffer.from(signatureBase(message, presented.input), 'latin1');
  if (verifyBytes(key, bytes, presented.signature)) return;
  throw new SignatureError(
    'the signature does not fit the message: something covered was changed on the way',
  );
}

/** The key alone decides (section 3.2, step 6): a message cannot choose another algorithm for it. */
function checkAlgorithm({ parameters: { alg } }: PresentedSignature, { algorithm }: SignatureKey): void {
  if (alg === undefined || alg === algorithm) return;
  throw new SignatureError(`alg must be "${algorithm}", which is what this key signs with`);
}

function checkTimes({ parameters: { created, expires } }: PresentedSignature, policy: SignaturePolicy): void {
  const { nowSeconds, maxAgeSeconds, skewSeconds } = policy;
  if (created === undefined) throw new SignatureError('the parameter created is missing');
  if (created > nowSeconds + skewSeconds) throw new SignatureError('created lies in the future');
  if (nowSeconds > created + maxAgeSeconds + skewSeconds) {
    throw new SignatureError(`created is more than ${maxAgeSeconds} seconds ago`);
  }
  if (expires !== undefined && nowSeconds > expires + skewSeconds) {
    throw new SignatureError('the signature has expired');
  }
}

function checkCoverage({ input: [items] }: PresentedSignature, { components }: SignaturePolicy): void {
  const covered = new Set(items.map(identityOf));
  const missing = components.filter((each) => !covered.has(each.startsWith('"') ? each : `"${each}"`));
  if (missing.length > 0) throw new SignatureError(`not covered, but must be: ${missing.join(', ')}`);
}
