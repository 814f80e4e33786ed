const ENDPOINT = 'b3f1c0de-5a52-4a0e-9a43-1b3b1e0f5c22';
const DELIVERY = '0a6c1f0e-7d55-4b1e-8b43-2c4c2f1f6d33';
const RULE = '5d2e9f1a-3c44-4d2e-9c43-3d5d3f2f7e44';

const endpoint = {
  id: ENDPOINT,
  url: 'https://hooks.example.com/btcforecast',
  description: 'desk',
  eventTypes: ['forecast.issued', 'alert.fired'],
  instruments: ['BTC-USD'],
  horizons: ['24h'],
  intervals: ['1h'],
  format: 'standard',
  enabled: true,
  disabled: null,
  health: {
    failuresInRow: 0,
    failingSince: null,
    pausedUntil: null,
    lastSuccessAt: '2025-01-01T12:00:03.120Z',
    lastFailureAt: null,
  },
  createdAt: '2025-01-01T09:00:00.000Z',
  updatedAt: '2025-01-01T09:00:00.000Z',
};

const attempt = {
  at: '2025-01-01T12:00:03.010Z',
  latencyMs: 110,
  status: 204,
  failure: null,
  response: null,
};
const delivery = {
  id: DELIVERY,
  eventId: 'evt_0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  type: 'forecast.issued',
  state: 'delivered',
  attempts: 1,
  createdAt: '2025-01-01T12:00:02.900Z',
  nextAttemptAt: null,
  endedAt: '2025-01-01T12:00:03.120Z',
  lastAttempt: attempt,
};
const body = '{"type":"forecast.issued","timestamp":"2025-01-01T12:00:02.512Z","data":{}}';
const queued = {
  ...delivery,
  state: 'pending',
  nextAttemptAt: '2025-01-01T13:00:00.000Z',
  endedAt: null,
  body,
  log: [attempt],
};

const condition = {
  kind: 'forecast_quantile',
  instrument: 'BTC-USD',
  horizon: '24h',
  quantile: 0.05,
  test: 'below',
  level: 92_000,
  clear: 93_000,
};
const rule = {
  id: RULE,
  name: 'downside',
  condition,
  holdMinutes: 0,
  cooldownMinutes: 360,
  enabled: true,
  state: 'firing',
  since: '2025-01-01T12:00:00.000Z',
  value: 91_240.1,
  judgedUntil: '2025-01-01T12:00:00.000Z',
  createdAt: '2025-01-01T09:00:00.000Z',
  updatedAt: '2025-01-01T09:00:00.000Z',
  source: 'live',
};
const fired = {
  state: 'firing',
  at: '2025-01-01T12:00:00.000Z',
  value: 91_240.1,
  text: 'BTC-USD, 24h: the 5 % quantile is 91,240.1; asked for: below 92,000',
};

/** Answers about webhooks and alerts, by method and path. */
export const NOTIFICATION_EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /v1/webhooks': { data: [endpoint], next: null },
  'POST /v1/webhooks': endpoint,
  'GET /v1/webhooks/{id}': endpoint,
  'PATCH /v1/webhooks/{id}': endpoint,
  'DELETE /v1/webhooks/{id}': endpoint,
  'GET /v1/webhooks/{id}/secrets': {
    data: [
      {
        secret: 'whsec_c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMgbG9uZyE=',
        publicKey: 'whpk_cHVibGljIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzISE=',
        createdAt: '2025-01-01T09:00:00.000Z',
        expiresAt: null,
      },
    ],
  },
  'POST /v1/webhooks/{id}/secrets/rotate': endpoint,
  'GET /v1/webhooks/{id}/deliveries': { data: [delivery], next: null },
  'GET /v1/webhooks/{id}/deliveries/{delivery}': { ...delivery, body, log: [attempt] },
  'POST /v1/webhooks/{id}/deliveries/{delivery}/replay': queued,
  'POST /v1/webhooks/{id}/replay': { queued: 42, next: null },
  'POST /v1/webhooks/{id}/test': {
    ...queued,
    type: 'webhook.test',
    attempts: 0,
    lastAttempt: null,
    body: '{"type":"webhook.test","timestamp":"2025-01-01T13:00:00.000Z","data":{"message":"This is a test."}}',
    log: [],
  },
  'GET /v1/alerts': { data: [rule], next: null },
  'POST /v1/alerts': { ...rule, state: 'ok', since: null, value: null, judgedUntil: null },
  'GET /v1/alerts/{id}': rule,
  'PATCH /v1/alerts/{id}': rule,
  'DELETE /v1/alerts/{id}': rule,
  'GET /v1/alerts/{id}/history': { data: [fired], next: null },
  'POST /v1/alerts/test': {
    from: '2024-12-25T12:00:00.000Z',
    to: '2025-01-01T12:00:00.000Z',
    judged: 169,
    state: 'firing',
    transitions: [fired],
    source: 'live',
  },
};

export const NOTIFICATION_REQUESTS: Readonly<Record<string, unknown>> = {
  'POST /v1/webhooks': {
    url: 'https://hooks.example.com/btcforecast',
    eventTypes: ['forecast.issued', 'alert.fired'],
    instruments: ['BTC-USD'],
    horizons: ['24h'],
  },
  'PATCH /v1/webhooks/{id}': { enabled: true },
  'POST /v1/webhooks/{id}/secrets/rotate': { overlapHours: 24 },
  'POST /v1/webhooks/{id}/replay': { from: '2025-01-01', to: '2025-01-02' },
  'POST /v1/alerts': { name: 'downside', condition, cooldownMinutes: 360 },
  'PATCH /v1/alerts/{id}': { enabled: false },
  'POST /v1/alerts/test': { condition, from: '2024-12-25', to: '2025-01-01' },
};

const DISABLED = 'The endpoint is disabled';
export const NOTIFICATION_PROBLEMS: Readonly<Record<string, Record<string, string>>> = {
  'POST /v1/webhooks': { 409: 'You have enough endpoints', 422: 'The address may not be called' },
  'PATCH /v1/webhooks/{id}': { 422: 'The address may not be called' },
  'POST /v1/webhooks/{id}/secrets/rotate': { 409: 'Too many old secrets are still in use' },
  'POST /v1/webhooks/{id}/deliveries/{delivery}/replay': { 409: DISABLED },
  'POST /v1/webhooks/{id}/replay': { 409: DISABLED },
  'POST /v1/webhooks/{id}/test': { 409: DISABLED },
  'POST /v1/alerts': { 409: 'You have enough rules' },
};
