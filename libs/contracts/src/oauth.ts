import { z } from 'zod';
import { Permission, TenantId } from './access.js';
import { DisplayName, HorizonLimit, InstrumentLimit, RoleList, ScopeList } from './grants.js';
import { RotateKeyRequest } from './keys.js';
import { nextPage } from './paging.js';
import { Instant, InstantInput } from './primitives.js';

const MAX_KEYS = 5;
const MAX_PEM_CHARS = 2_000;

export const OAUTH_AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export const OAuthAuthMethod = z
  .enum(OAUTH_AUTH_METHODS)
  .describe('How the client proves who it is: by a secret in one of two places, or by a key of its own');
export type OAuthAuthMethod = z.infer<typeof OAuthAuthMethod>;

export const OAuthClientId = z
  .string()
  .regex(/^[0-9a-z]{12}$/, 'must be the id of a client, 12 letters and digits');

const base64url = z
  .string()
  .max(1_400)
  .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url');
const commonJwk = {
  kid: z.string().min(1).max(100).optional().describe('Names the key; absent: its thumbprint (RFC 7638)'),
  use: z.literal('sig').optional().describe('What it is for: signatures'),
};

/** A public key of one of the kinds that we verify; whatever else a JWK may hold is refused, a private part first. */
export const PublicJwk = z
  .discriminatedUnion('kty', [
    z.strictObject({
      kty: z.literal('OKP').describe('Kind of the key'),
      crv: z.literal('Ed25519').describe('The curve'),
      x: base64url.describe('The public key'),
      alg: z.enum(['EdDSA']).optional().describe('The only algorithm that it verifies'),
      ...commonJwk,
    }),
    z.strictObject({
      kty: z.literal('EC').describe('Kind of the key'),
      crv: z.literal('P-256').describe('The curve'),
      x: base64url.describe('The point, x'),
      y: base64url.describe('The point, y'),
      alg: z.enum(['ES256']).optional().describe('The only algorithm that it verifies'),
      ...commonJwk,
    }),
    z.strictObject({
      kty: z.literal('RSA').describe('Kind of the key'),
      n: base64url.describe('The modulus, of 2048 bits or more'),
      e: base64url.describe('The exponent'),
      alg: z
        .enum(['RS256', 'PS256'])
        .optional()
        .describe('The only algorithm that it verifies; absent: RS256'),
      ...commonJwk,
    }),
  ])
  .meta({ id: 'PublicJwk', description: 'A public key of Ed25519, P-256 or RSA, without its private part' });
export type PublicJwk = z.infer<typeof PublicJwk>;

const Jwks = z
  .strictObject({ keys: z.array(PublicJwk).min(1).max(MAX_KEYS).describe('Several during a rotation') })
  .describe('Public keys of private_key_jwt (RFC 7517)');
const PublicKeyPem = z.string().max(MAX_PEM_CHARS).describe('One public key in PEM, in the place of jwks');
const ClientName = DisplayName.describe('What the client is');
const ExpiresAt = InstantInput.nullable().describe('When it and its tokens end; null: never');

export const CreateOAuthClientRequest = z
  .strictObject({
    name: ClientName,
    roles: RoleList.default(['viewer']),
    scopes: ScopeList.default(null),
    instruments: InstrumentLimit.optional().describe(
      'Instruments that may be asked about; null: all; absent: as whoever makes the client',
    ),
    horizons: HorizonLimit.optional().describe(
      'Horizons that may be asked about; null: all; absent: as whoever makes the client',
    ),
    authMethod: OAuthAuthMethod.default('client_secret_basic'),
    jwks: Jwks.optional(),
    publicKey: PublicKeyPem.optional(),
    expiresAt: ExpiresAt.default(null),
  })
  .refine(
    ({ authMethod, jwks, publicKey }) =>
      (authMethod === 'private_key_jwt') === (jwks !== undefined || publicKey !== undefined),
    'must have jwks or publicKey with private_key_jwt, and neither with a secret',
  )
  .refine(
    ({ jwks, publicKey }) => jwks === undefined || publicKey === undefined,
    'must have one of jwks and publicKey',
  )
  .meta({ id: 'CreateOAuthClientRequest' });
export type CreateOAuthClientRequest = z.infer<typeof CreateOAuthClientRequest>;

export const ChangeOAuthClientRequest = z
  .strictObject({
    name: ClientName,
    roles: RoleList,
    scopes: ScopeList,
    instruments: InstrumentLimit,
    horizons: HorizonLimit,
    jwks: Jwks,
    expiresAt: ExpiresAt,
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must name what is to change')
  .meta({ id: 'ChangeOAuthClientRequest' });
export type ChangeOAuthClientRequest = z.infer<typeof ChangeOAuthClientRequest>;

export const RotateOAuthClientRequest = z
  .strictObject(RotateKeyRequest.shape)
  .meta({ id: 'RotateOAuthClientRequest' });
export type RotateOAuthClientRequest = z.infer<typeof RotateOAuthClientRequest>;

export const OAuthClientReply = z
  .object({
    id: z.string().describe('The client_id; no secret'),
    tenant: TenantId,
    name: z.string().describe('What the client is'),
    state: z
      .enum(['active', 'expired', 'revoked'])
      .describe('Only an active client gets tokens or uses them'),
    roles: RoleList,
    scopes: ScopeList,
    permissions: z.array(Permission).describe('The scope that its tokens can have now'),
    instruments: InstrumentLimit,
    horizons: HorizonLimit,
    authMethod: OAuthAuthMethod,
    jwks: z
      .object({ keys: z.array(PublicJwk).describe('Any of them may sign an assertion') })
      .nullable()
      .describe('Public keys of private_key_jwt; null: it has a secret'),
    createdBy: z.string().describe('Who made it'),
    createdAt: Instant.describe('When it was made, UTC'),
    expiresAt: Instant.nullable().describe('When it ends, UTC; null: never'),
    revokedAt: Instant.nullable().describe('When it was revoked, UTC; null: it was not'),
    rotatedAt: Instant.nullable().describe('When its secret was last replaced, UTC; null: never'),
    previousSecretUntil: Instant.nullable().describe(
      'Until when the secret before the last rotation goes on, UTC; null: there is none',
    ),
    lastUsedAt: Instant.nullable().describe('When it last got a token, UTC, to a minute or so; null: never'),
  })
  .meta({ id: 'OAuthClient' });
export type OAuthClientReply = z.infer<typeof OAuthClientReply>;

export const NewOAuthClientReply = OAuthClientReply.extend({
  secret: z
    .string()
    .nullable()
    .describe('The client_secret. It is shown this once: nothing can recover it; null with private_key_jwt'),
}).meta({ id: 'NewOAuthClient' });
export type NewOAuthClientReply = z.infer<typeof NewOAuthClientReply>;

export const OAuthClientsReply = z
  .object({
    data: z.array(OAuthClientReply).describe('Newest first; revoked and expired ones too'),
    ...nextPage,
  })
  .meta({ id: 'OAuthClientsReply' });
export type OAuthClientsReply = z.infer<typeof OAuthClientsReply>;
