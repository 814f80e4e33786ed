const body = {
  id: '3a6f1d0e-94a1-4a55-8a73-6c1d2f0b7e11',
  at: '2025-01-01T12:00:00.000Z',
  tenant: 'default',
  kind: 'key',
  actor: 'key 0123456789ab',
  action: 'models:promote POST /v1/models/:name/:version/promote',
  subject: 'har/3',
  address: '192.0.2.17',
  userAgent: 'curl/8.5.0',
  requestId: '8c1b5f3e-5e0a-4a39-9d1f-0d6f2f3b9a01',
  outcome: 'done',
  status: 200,
  code: null,
  count: 1,
  detail: {},
};
const hash = '9b1f4c0e6a7d2f3b8c5e1a0d4f7b6c3e2d1a9f8e7c6b5a4d3e2f1c0b9a8d7e6f';
const previous = '0'.repeat(64);
const digest = '5e1a0d4f7b6c3e2d1a9f8e7c6b5a4d3e2f1c0b9a8d7e6f9b1f4c0e6a7d2f3b8c';

/** One answer for each route about the audit log. */
export const AUDIT_EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /v1/audit': { data: [{ ...body, seq: 1, hash }], next: null },
  'GET /v1/audit/export': `${[
    { seq: 1, digest, previous, hash, body: JSON.stringify(body) },
    { end: true, seq: 1, hash },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n')}\n`,
};
