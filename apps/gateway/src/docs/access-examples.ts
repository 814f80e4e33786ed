const key = {
  id: '0a1b2c3d4e5f',
  tenant: 'default',
  name: 'trading desk',
  state: 'active',
  roles: ['developer'],
  scopes: ['forecasts:read', 'inference:run'],
  permissions: ['forecasts:read', 'inference:run'],
  instruments: ['BTC-USD'],
  horizons: null,
  allowedAddresses: ['192.0.2.0/24'],
  requireSignature: false,
  createdBy: 'session 7d5f6c1e-2f0b-4f43-9a4e-6f1f0d1f2b3c',
  createdAt: '2025-01-01T12:00:00.000Z',
  expiresAt: '2026-01-01T00:00:00.000Z',
  revokedAt: null,
  rotatedAt: null,
  previousSecretUntil: null,
  lastUsedAt: null,
};

const rotated = {
  ...key,
  rotatedAt: '2025-02-01T09:30:00.000Z',
  previousSecretUntil: '2025-02-02T09:30:00.000Z',
  lastUsedAt: '2025-02-01T09:29:12.000Z',
};

const tenant = { id: 'acme', name: 'Acme Treasury', tier: 'standard', createdAt: '2025-01-01T12:00:00.000Z' };

/** Answers about who may come in, by method and path. */
export const ACCESS_EXAMPLES: Readonly<Record<string, unknown>> = {
  'POST /v1/keys': { ...key, key: 'btcf_0a1b2c3d4e5f_shown-this-once-and-never-again-0123456789_' },
  'GET /v1/keys': { data: [key], next: null },
  'GET /v1/keys/{id}': key,
  'PATCH /v1/keys/{id}': { ...key, name: 'trading desk, floor 2' },
  'DELETE /v1/keys/{id}': { ...key, state: 'revoked', revokedAt: '2025-03-01T12:00:00.000Z' },
  'POST /v1/keys/{id}/rotate': {
    ...rotated,
    key: 'btcf_0a1b2c3d4e5f_another-secret-shown-this-once-0123456789-_',
  },
  'GET /v1/tenants': { data: [tenant], next: null },
  'POST /v1/tenants': tenant,
  'GET /v1/tenants/{tenant}': tenant,
  'PATCH /v1/tenants/{tenant}': { ...tenant, tier: 'professional' },
};

/** What is sent, by method and path. */
export const ACCESS_REQUEST_EXAMPLES: Readonly<Record<string, unknown>> = {
  'POST /v1/keys': {
    name: 'trading desk',
    roles: ['developer'],
    scopes: ['forecasts:read', 'inference:run'],
    instruments: ['BTC-USD'],
    expiresAt: '2026-01-01',
    allowedAddresses: ['192.0.2.0/24'],
  },
  'PATCH /v1/keys/{id}': { name: 'trading desk, floor 2' },
  'POST /v1/keys/{id}/rotate': { overlapSeconds: 86_400 },
  'POST /v1/tenants': { id: 'acme', name: 'Acme Treasury' },
  'PATCH /v1/tenants/{tenant}': { tier: 'professional' },
};
