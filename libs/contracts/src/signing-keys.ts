import { z } from 'zod';
import { DisplayName } from './grants.js';
import { Instant } from './primitives.js';

const MAX_PEM_CHARS = 500;

export const SIGNATURE_ALGORITHMS = ['ed25519', 'hmac-sha256'] as const;
const Algorithm = z.enum(SIGNATURE_ALGORITHMS).describe('How it signs (RFC 9421, section 3.3)');

export const SigningKeyId = z
  .string()
  .regex(/^[0-9a-z]{12}$/, 'must be the id of a signing key, 12 letters and digits');

export const CreateSigningKeyRequest = z
  .strictObject({
    name: DisplayName.describe('Where the key lies'),
    algorithm: Algorithm.default('ed25519'),
    publicKey: z
      .string()
      .max(MAX_PEM_CHARS)
      .optional()
      .describe('The public key in PEM, for ed25519; for hmac-sha256 the secret is made here'),
  })
  .refine(
    ({ algorithm, publicKey }) => (algorithm === 'ed25519') === (publicKey !== undefined),
    'must have publicKey with ed25519, and not with hmac-sha256',
  )
  .meta({ id: 'CreateSigningKeyRequest' });
export type CreateSigningKeyRequest = z.infer<typeof CreateSigningKeyRequest>;

export const SigningKeyReply = z
  .object({
    id: z.string().describe('The keyid of its signatures; no secret'),
    key: z.string().describe('Id of the API key whose requests it signs'),
    name: z.string().describe('Where the key lies'),
    algorithm: Algorithm,
    publicKey: z.string().nullable().describe('The public key in PEM; null: it has a secret'),
    createdBy: z.string().describe('Who made it'),
    createdAt: Instant.describe('When it was made, UTC'),
    revokedAt: Instant.nullable().describe('When it was revoked, UTC; null: it was not'),
  })
  .meta({ id: 'SigningKey' });
export type SigningKeyReply = z.infer<typeof SigningKeyReply>;

export const NewSigningKeyReply = SigningKeyReply.extend({
  secret: z
    .string()
    .nullable()
    .describe('The shared secret, base64. It is shown this once: nothing can recover it; null with ed25519'),
}).meta({ id: 'NewSigningKey' });
export type NewSigningKeyReply = z.infer<typeof NewSigningKeyReply>;

export const SigningKeysReply = z
  .object({ data: z.array(SigningKeyReply).describe('Newest first; revoked ones too') })
  .meta({ id: 'SigningKeysReply' });
export type SigningKeysReply = z.infer<typeof SigningKeysReply>;
