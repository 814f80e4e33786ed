const client = {
  id: '7h2k9m4p1q8s',
  tenant: 'default',
  name: 'nightly risk report',
  state: 'active',
  roles: ['viewer'],
  scopes: ['forecasts:read', 'market:read'],
  permissions: ['forecasts:read', 'market:read'],
  instruments: ['BTC-USD'],
  horizons: null,
  authMethod: 'client_secret_basic',
  jwks: null,
  createdBy: 'key 0a1b2c3d4e5f',
  createdAt: '2025-01-01T12:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
  rotatedAt: null,
  previousSecretUntil: null,
  lastUsedAt: '2025-01-02T03:00:01.000Z',
};

const rotated = {
  ...client,
  rotatedAt: '2025-02-01T09:30:00.000Z',
  previousSecretUntil: '2025-02-02T09:30:00.000Z',
};

const signingKey = {
  id: 'k3v5x7z9b1d3',
  key: '0a1b2c3d4e5f',
  name: 'desk server 1',
  algorithm: 'ed25519',
  publicKey:
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n',
  createdBy: 'key 0a1b2c3d4e5f',
  createdAt: '2025-01-01T12:00:00.000Z',
  revokedAt: null,
};

const published = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
  kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  alg: 'EdDSA',
  use: 'sig',
};

const metadata = {
  issuer: 'https://api.example',
  token_endpoint: 'https://api.example/oauth/token',
  jwks_uri: 'https://api.example/.well-known/jwks.json',
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  scopes_supported: ['market:read', 'forecasts:read'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ['EdDSA', 'ES256', 'PS256', 'RS256'],
  service_documentation: 'https://api.example/docs',
};

/** Answers about OAuth clients, tokens and signing keys, by method and path. */
export const OAUTH_EXAMPLES: Readonly<Record<string, unknown>> = {
  'POST /v1/oauth-clients': {
    ...client,
    lastUsedAt: null,
    secret: 'btcf_7h2k9m4p1q8s_shown-this-once-and-never-again-0123456789_',
  },
  'GET /v1/oauth-clients': { data: [client], next: null },
  'GET /v1/oauth-clients/{id}': client,
  'PATCH /v1/oauth-clients/{id}': { ...client, name: 'risk report' },
  'DELETE /v1/oauth-clients/{id}': { ...client, state: 'revoked', revokedAt: '2025-03-01T12:00:00.000Z' },
  'POST /v1/oauth-clients/{id}/rotate': {
    ...rotated,
    secret: 'btcf_7h2k9m4p1q8s_another-secret-shown-this-once-0123456789-_',
  },
  'POST /oauth/token': {
    access_token: 'eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3aDJrOW00cDFxOHMifQ.c2lnbmF0dXJl',
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'forecasts:read market:read',
  },
  'GET /.well-known/jwks.json': { keys: [published] },
  'GET /.well-known/oauth-authorization-server': metadata,
  'GET /.well-known/http-message-signatures-directory': { keys: [published] },
  'GET /v1/keys/{id}/signing-keys': { data: [signingKey] },
  'POST /v1/keys/{id}/signing-keys': { ...signingKey, secret: null },
  'DELETE /v1/keys/{id}/signing-keys/{signingKey}': { ...signingKey, revokedAt: '2025-03-01T12:00:00.000Z' },
};

/** What is sent, by method and path. */
export const OAUTH_REQUEST_EXAMPLES: Readonly<Record<string, unknown>> = {
  'POST /v1/oauth-clients': {
    name: 'nightly risk report',
    roles: ['viewer'],
    scopes: ['forecasts:read', 'market:read'],
    instruments: ['BTC-USD'],
  },
  'PATCH /v1/oauth-clients/{id}': { name: 'risk report' },
  'POST /v1/oauth-clients/{id}/rotate': { overlapSeconds: 86_400 },
  'POST /oauth/token': { grant_type: 'client_credentials', scope: 'forecasts:read market:read' },
  'POST /v1/keys/{id}/signing-keys': {
    name: signingKey.name,
    algorithm: signingKey.algorithm,
    publicKey: signingKey.publicKey,
  },
};
