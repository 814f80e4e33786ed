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

async function ask(authorization: string | undefined, path = '/v1/forecasts/BTC-USD', method = 'GET') {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: authorization ? { authorization } : {},
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('a request without credentials', () => {
  it('is told what to send, also when it only wants the head', async () => {
    const { status, headers, text } = await ask(undefined);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="btcforecast"');
    expect(Problem.parse(JSON.parse(text))).toMatchObject({
      code: 'access.unauthenticated',
      instance: '/v1/forecasts/BTC-USD',
    });
    expect(await ask(undefined, '/v1/forecasts/BTC-USD', 'HEAD')).toMatchObject({ status: 401, text: '' });
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
    const own = lines.filter(
      (line) => line['http.request.id'] === requestId && line['message'] === 'request',
    );
    expect(own).toEqual([
      expect.objectContaining({
        'log.level': 'info',
        'http.request.method': 'GET',
        'labels.route': '/v1/instruments',
        'url.path': '/v1/instruments',
        'http.response.status_code': 200,
        'user.id': `key ${fixture.key.slice(5, 17)}`,
      }),
    ]);
    expect(fixture.log.text).toContain('btcf_…');
    expect(fixture.log.text).not.toContain(secret);
    expect(fixture.log.text).not.toContain(fixture.key.slice(18));
  });
});
