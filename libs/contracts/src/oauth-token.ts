import { z } from 'zod';

// Names as in the RFCs, which clients of any make expect.
const MAX_SECRET_CHARS = 200;
const MAX_SCOPE_CHARS = 2_000;
const MAX_ASSERTION_CHARS = 8_000;

/** RFC 6749, section 4.4.2, and RFC 7523, section 2.2. What else a client sends is ignored (section 3.2). */
export const TokenRequest = z
  .object({
    grant_type: z.string().describe('client_credentials'),
    scope: z
      .string()
      .max(MAX_SCOPE_CHARS)
      .optional()
      .describe('Permissions, separated by spaces; absent: all that the client may have'),
    client_id: z.string().max(MAX_SECRET_CHARS).optional().describe('Of client_secret_post'),
    client_secret: z.string().max(MAX_SECRET_CHARS).optional().describe('Of client_secret_post'),
    client_assertion_type: z
      .string()
      .optional()
      .describe('Of private_key_jwt: urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
    client_assertion: z
      .string()
      .max(MAX_ASSERTION_CHARS)
      .optional()
      .describe('Of private_key_jwt: a JWT that the client has signed'),
  })
  .meta({ id: 'TokenRequest' });
export type TokenRequest = z.infer<typeof TokenRequest>;

export const TokenReply = z
  .object({
    access_token: z.string().describe('To be sent as Authorization: Bearer'),
    token_type: z.literal('Bearer').describe('How it is sent'),
    expires_in: z.number().int().describe('For how long it counts, integer, seconds'),
    scope: z.string().describe('The permissions that it gives, separated by spaces'),
  })
  .meta({ id: 'TokenReply' });
export type TokenReply = z.infer<typeof TokenReply>;

/** RFC 6749, section 5.2. */
export const OAuthErrorReply = z
  .object({
    error: z.string().describe('Code of RFC 6749, section 5.2'),
    error_description: z.string().describe('What was wrong and what to do'),
    error_uri: z.string().describe('Page that explains it'),
  })
  .meta({ id: 'OAuthErrorReply' });
export type OAuthErrorReply = z.infer<typeof OAuthErrorReply>;

/** RFC 7517, section 5. */
export const JwksReply = z
  .object({
    keys: z
      .array(
        z.object({
          kty: z.string().describe('OKP'),
          crv: z.string().describe('Ed25519'),
          x: z.string().describe('The public key, base64url'),
          kid: z.string().describe('Names the key: its thumbprint (RFC 7638)'),
          alg: z.string().describe('EdDSA'),
          use: z.string().describe('sig'),
        }),
      )
      .describe('The key that signs now, the next one, and those whose signatures still count'),
  })
  .meta({ id: 'JwksReply' });
export type JwksReply = z.infer<typeof JwksReply>;

/** RFC 8414, section 2. */
export const OAuthMetadataReply = z
  .object({
    issuer: z.string().describe('The iss and aud of tokens, and the aud of assertions'),
    token_endpoint: z.string().describe('Where tokens are asked for'),
    jwks_uri: z.string().describe('Keys that verify tokens'),
    grant_types_supported: z.array(z.string()).describe('client_credentials'),
    response_types_supported: z.array(z.string()).describe('None: there is no authorization endpoint'),
    scopes_supported: z.array(z.string()).describe('All permissions there are'),
    token_endpoint_auth_methods_supported: z.array(z.string()).describe('How clients prove who they are'),
    token_endpoint_auth_signing_alg_values_supported: z
      .array(z.string())
      .describe('Algorithms of assertions'),
    service_documentation: z.string().describe('Page for people'),
  })
  .meta({ id: 'OAuthMetadataReply' });
export type OAuthMetadataReply = z.infer<typeof OAuthMetadataReply>;
