import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@btcforecast/contracts';
import { createKeyText } from '@btcforecast/access';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

const PATHS = [
  '/v1/instruments',
  '/v1/instruments/BTC-USD/candles',
  '/v1/forecasts/BTC-USD',
  '/v1/forecasts/BTC-USD/history',
  `/v1/forecasts/by-id/${'0'.repeat(64)}`,
  '/v1/performance/BTC-USD',
  '/v1/forecasts/BTC-USD/probability?above=1',
  '/v1/models',
  '/v1/models/har/1',
  '/v1/models/har/1/card',
  '/v1/models/har/1/graph',
  '/v1/models/aliases/BTC-USD',
  '/v1/backtests',
  '/v1/backtests/3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11',
  '/v1/track-record',
  `/v1/track-record/proof/${'0'.repeat(64)}`,
];

/** What changes something needs a key that may; reproducing only reads. */
const CHANGES: [method: string, path: string, permission: string][] = [
  ['POST', '/v1/models', 'models:write'],
  ['POST', '/v1/models/har/1/promote', 'models:promote'],
  ['POST', '/v1/models/har/1/rollback', 'models:promote'],
  ['POST', '/v1/backtests', 'backtests:write'],
  ['DELETE', '/v1/backtests/3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11', 'backtests:write'],
  ['POST', `/v1/forecasts/by-id/${'0'.repeat(64)}/reproduce`, 'forecasts:read'],
];

async function ask(authorization: string | undefined, path = '/v1/forecasts/BTC-USD', method = 'GET') {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: authorization ? { authorization } : {},
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('every route with data', () => {
  it.each(PATHS)('%s needs a key', async (path) => {
    const { status, headers, text } = await ask(undefined, path);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="btcforecast"');
    expect(Problem.parse(JSON.parse(text))).toMatchObject({
      code: 'access.unauthenticated',
      instance: path.replace(/\?.*/, ''),
    });
  });

  it.each(PATHS)('HEAD %s needs one too', async (path) => {
    expect(await ask(undefined, path, 'HEAD')).toMatchObject({ status: 401, text: '' });
  });

  it.each(CHANGES)('%s %s needs a key, and one with the permission %s', async (method, path, permission) => {
    expect((await ask(undefined, path, method)).status).toBe(401);
    const reader = await ask(`Bearer ${await fixture.addKey({ roles: ['viewer'] })}`, path, method);
    if (permission === 'forecasts:read') {
      expect(reader.status).toBe(200);
    } else {
      expect(reader.status).toBe(403);
      expect(JSON.parse(reader.text)).toMatchObject({
        code: 'access.forbidden',
        detail: expect.stringContaining(permission),
      });
    }
    const admin = await ask(`Bearer ${await fixture.addKey({ roles: ['admin'] })}`, path, method);
    expect([200, 400]).toContain(admin.status); // 400: it would have needed a body
  });

  it('covers all routes that the API document describes', async () => {
    const document = (await (await fetch(`${fixture.url}/openapi.json`)).json()) as {
      paths: Record<string, unknown>;
    };
    const described = Object.entries(document.paths).filter(([path]) => !path.startsWith('/health/'));
    const asked = [
      ...PATHS.map((path) => `get ${path.replace(/\?.*/, '')}`),
      ...CHANGES.map(([method, path]) => `${method.toLowerCase()} ${path}`),
    ];
    const routes = described.flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    const patterns = routes.map((route) => new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`));
    expect(patterns.filter((pattern) => !asked.some((path) => pattern.test(path)))).toEqual([]);
    expect(routes).toHaveLength(asked.length);
  });
});

describe('a key', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR '])(
    'is taken with the scheme written %s',
    async (scheme) => {
      expect((await ask(`${scheme} ${fixture.key}`)).status).toBe(200);
    },
  );

  it.each(['', 'Basic', 'Token'])('is not taken with the scheme %j', async (scheme) => {
    expect((await ask(`${scheme} ${fixture.key}`)).status).toBe(401);
  });

  it('gets the same answer whether malformed, unknown, with a wrong secret, revoked or expired', async () => {
    const past = new Date(Date.now() - 1_000);
    const bad = [
      'nonsense',
      `${fixture.key}x`,
      createKeyText().text,
      fixture.key.slice(0, 18) + createKeyText().text.slice(18),
      await fixture.addKey({ revokedAt: past }),
      await fixture.addKey({ expiresAt: past }),
    ];
    const answers = new Set<string>();
    for (const key of bad) {
      const { status, text } = await ask(`Bearer ${key}`);
      expect({ key, status }).toEqual({ key, status: 401 });
      answers.add(JSON.stringify({ ...Problem.parse(JSON.parse(text)), traceId: '' }));
    }
    expect(answers.size).toBe(1);
  });

  it('without the permission is refused, also for what is in memory', async () => {
    const key = await fixture.addKey({ scopes: [] });
    await ask(`Bearer ${fixture.key}`);
    for (let i = 0; i < 2; i += 1) {
      const { status, text } = await ask(`Bearer ${key}`);
      expect(status).toBe(403);
      expect(JSON.parse(text)).toMatchObject({ code: 'access.forbidden' });
    }
  });

  it('with the role admin may read', async () => {
    expect((await ask(`Bearer ${await fixture.addKey({ roles: ['admin'] })}`)).status).toBe(200);
  });

  it('that is revoked stops opening even what is in memory, within 15 seconds', async () => {
    const key = await fixture.addKey({});
    expect((await ask(`Bearer ${key}`)).status).toBe(200);
    await fixture.dataSource.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [
      key.slice(5, 17),
    ]);
    await waitFor(async () => (await ask(`Bearer ${key}`)).status === 401, {
      deadlineMs: 15_000,
      what: 'the revoked key is refused',
      everyMs: 100,
    });
    expect((await ask(`Bearer ${fixture.key}`)).status).toBe(200);
  });
});

describe('the logs', () => {
  it('have one line for each request, with the id of the key and never its secret, wherever it was put', async () => {
    const canary = createKeyText().text;
    const secret = canary.slice(18);
    const requestId = 'canary-0001';
    const ask = (path: string, headers: Record<string, string> = {}) => fixture.get(path, headers);
    await ask('/v1/instruments', { 'x-request-id': requestId });
    await ask(`/v1/forecasts/${canary}`);
    await ask(`/v1/forecasts/BTC-USD?key=${canary}`);
    await ask(`/v1/nothing/${canary}?${canary}`);
    await ask('/v1/instruments', { authorization: `Bearer ${canary}`, cookie: `key=${canary}` });
    await ask('/v1/instruments', { 'x-request-id': canary });
    const lines = fixture.log.lines();
    const own = lines.filter((line) => line['requestId'] === requestId && line['msg'] === 'request');
    expect(own).toEqual([
      expect.objectContaining({
        level: 'info',
        method: 'GET',
        route: '/v1/instruments',
        path: '/v1/instruments',
        status: 200,
        actor: `key ${fixture.key.slice(5, 17)}`,
      }),
    ]);
    expect(fixture.log.text).toContain('btcf_…');
    expect(fixture.log.text).not.toContain(secret);
    expect(fixture.log.text).not.toContain(fixture.key.slice(18));
  });
});
