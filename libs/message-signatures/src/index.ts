export { SIGNATURE_ALGORITHMS, type SignatureAlgorithm, type SignatureKey } from './algorithms.js';
export { askedSignatures, type AskedSignature } from './asked-signatures.js';
export { contentDigest, ContentDigestCheck, type DigestAlgorithm } from './content-digest.js';
export type { Fields, MessageParts, RequestParts, ResponseParts } from './http-message.js';
export { signatureBase } from './signature-base.js';
export {
  presentedSignatures,
  type PresentedSignature,
  type SignatureParameters,
} from './signature-fields.js';
export { SignatureError } from './signature.error.js';
export { signMessage, type SignatureFields, type SigningOptions } from './sign-message.js';
export { verifySignature, type SignaturePolicy } from './verify-message.js';
