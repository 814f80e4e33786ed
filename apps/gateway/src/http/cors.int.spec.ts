import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseEnv } from '@btcforecast/platform';
import { GatewayEnv } from '../gateway.env.js';
import { ask } from '../testing/raw-request.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const [APP, OTHER] = ['https://app.example.com', 'https://evil.example.com'];
const PATH = '/v1/forecasts/BTC-USD';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ GATEWAY_CORS_ORIGINS: `${APP}, http://localhost:5173` });
});
afterAll(() => fixture.close());

const send = (path: string, headers: Record<string, string>, method = 'GET') =>
  ask(`${fixture.url}${path}`, { method, headers });
const allowed = (headers: Record<string, string>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('a page of a listed origin', () => {
  it.each([PATH, '/v1/models', '/health/live'])(
    'may read %s with credentials, and refusals of it',
    async (path) => {
      for (const authorization of [`Bearer ${fixture.key}`, 'Bearer wrong']) {
        const { headers } = await send(path, { origin: APP, authorization });
        expect(headers).toMatchObject({
          'access-control-allow-origin': APP,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': expect.stringContaining('etag'),
          'timing-allow-origin': APP,
          vary: expect.stringMatching(/^origin/),
        });
      }
    },
  );

  it('is told once for two hours what it may send', async () => {
    const asked = { origin: APP, 'access-control-request-method': 'POST' };
    const { status, headers, body } = await send('/v1/backtests', asked, 'OPTIONS');
    expect({ status, length: body.length }).toEqual({ status: 204, length: 0 });
    expect(headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': expect.stringContaining('idempotency-key'),
      'access-control-max-age': '7200',
      vary: 'origin',
    });
  });

  it('hears that there is nothing at a path', async () => {
    const asked = { origin: APP, 'access-control-request-method': 'GET' };
    expect((await send('/v1/nothing', asked, 'OPTIONS')).status).toBe(404);
  });
});

describe('a page of any other origin', () => {
  it.each([
    OTHER,
    'null',
    `${APP}.evil.com`,
    'https://app.example.com:8443',
    'http://app.example.com',
    '*',
    '',
  ])('%j gets nothing that would let it read, only that replies depend on the origin', async (origin) => {
    const { status, headers } = await send(PATH, { origin, authorization: `Bearer ${fixture.key}` });
    expect(status).toBe(200);
    expect(allowed(headers)).toEqual([]);
    expect(headers).not.toHaveProperty('timing-allow-origin');
    expect(headers['vary']).toBe('origin, accept-encoding');
    const asked = { origin, 'access-control-request-method': 'GET' };
    const preflight = await send(PATH, asked, 'OPTIONS');
    expect(preflight.status).toBe(405);
    expect(allowed(preflight.headers)).toEqual([]);
  });
});

describe('the list of origins', () => {
  const read = (value: string) =>
    parseEnv(GatewayEnv, {
      DATABASE_URL: 'postgres://x',
      RPC_TOKEN: 'token-between-services',
      GATEWAY_CORS_ORIGINS: value,
    }).GATEWAY_CORS_ORIGINS;

  it('is empty when it is not set, and no header says anything then', async () => {
    expect(read('')).toEqual([]);
    const closed = await startFixture();
    const { headers } = await ask(`${closed.url}/health/live`, { headers: { origin: APP } });
    expect(allowed(headers)).toEqual([]);
    expect(headers['vary']).toBe('accept-encoding');
    await closed.close();
  });

  it.each([
    '*',
    'app.example.com',
    'https://app.example.com/',
    'https://a.example.com/x',
    'null',
    'HTTPS://A.example',
  ])('refuses %j', (value) => {
    expect(() => read(value)).toThrow(/must be origins/);
  });
});
