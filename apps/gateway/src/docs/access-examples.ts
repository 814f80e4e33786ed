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

const userPermissions = ['forecasts:read', 'identity:read', 'market:read'];
const user = {
  id: '7d5f6c1e-2f0b-4f43-9a4e-6f1f0d1f2b3c',
  tenant: 'default',
  email: 'ada@example.com',
  name: 'Ada',
  roles: ['viewer'],
  permissions: userPermissions,
  instruments: null,
  horizons: null,
  createdBy: 'key 0a1b2c3d4e5f',
  createdAt: '2025-01-01T12:00:00.000Z',
  disabledAt: null,
  passwordChangedAt: '2025-01-01T12:00:00.000Z',
  lastLoginAt: '2025-01-02T08:00:00.000Z',
};

const sessionId = '0c9d8a52-6f0e-4c55-8a0e-1f2d3c4b5a69';
const summary = {
  id: sessionId,
  isCurrent: true,
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0',
  createdAt: '2025-01-02T08:00:00.000Z',
  lastSeenAt: '2025-01-02T08:12:30.000Z',
  idleExpiresAt: '2025-01-02T09:12:30.000Z',
  expiresAt: '2025-01-02T20:00:00.000Z',
};
const session = {
  ...summary,
  csrfToken: 'kZ3m0cB5o0oLr1m9YVw2b8bq2mJ6d3xk1o1m9h2aS0E',
  user: {
    id: user.id,
    tenant: 'default',
    email: 'ada@example.com',
    name: 'Ada',
    roles: ['viewer'],
    permissions: userPermissions,
    instruments: null,
    horizons: null,
  },
};

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
  'POST /v1/users': { ...user, lastLoginAt: null },
  'GET /v1/users': { data: [user], next: null },
  'GET /v1/users/{id}': user,
  'PATCH /v1/users/{id}': { ...user, disabledAt: '2025-03-01T12:00:00.000Z' },
  'DELETE /v1/users/{id}': user,
  'POST /v1/session': session,
  'GET /v1/session': session,
  'DELETE /v1/session': { ended: [sessionId] },
  'POST /v1/session/password': session,
  'GET /v1/sessions': { data: [summary] },
  'DELETE /v1/sessions/{id}': { ended: [sessionId] },
  'GET /v1/identity': {
    kind: 'key',
    id: '0a1b2c3d4e5f',
    tenant: 'default',
    name: 'trading desk',
    roles: ['developer'],
    permissions: ['forecasts:read', 'inference:run'],
    instruments: ['BTC-USD'],
    horizons: null,
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
  'POST /v1/users': {
    email: 'ada@example.com',
    name: 'Ada',
    password: 'a few words that nobody guesses',
    roles: ['viewer'],
  },
  'PATCH /v1/users/{id}': { disabled: true },
  'POST /v1/session': { email: 'ada@example.com', password: 'a few words that nobody guesses' },
  'POST /v1/session/password': {
    currentPassword: 'a few words that nobody guesses',
    newPassword: 'some other words, which are new',
  },
  'POST /v1/tenants': { id: 'acme', name: 'Acme Treasury' },
  'PATCH /v1/tenants/{tenant}': { tier: 'professional' },
};
