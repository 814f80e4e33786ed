import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AddressPolicy } from '@btcforecast/platform';
import { GuardedFetch } from '@btcforecast/platform/guarded-fetch';
import type { FastifyInstance } from 'fastify';
import { OPERATION_EXAMPLES, REQUEST_EXAMPLES } from '../docs/examples.js';
import { type ApiAnswer, type ApiQuestion, askApi } from '../testing/api-caller.js';
import { operationsOf } from '../testing/hostile-request.js';
import { servedRoutes } from '../testing/served-routes.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

/** Everything that a tenant can be permitted: all but to act for others. */
const TENANT_ROLES = ['owner', 'operator', 'developer'] as const;
const FORECAST_ID = 'a'.repeat(64);

let fixture: Fixture;
let attacker: string;
let admin: string;
let document: {
  readonly paths: Record<string, Record<string, { deprecated?: boolean }>>;
};
const ask = (method: string, path: string, question: ApiQuestion = {}): Promise<ApiAnswer> =>
  askApi(fixture, method, path, { key: attacker, ...question });

beforeAll(async () => {
  fixture = await startFixture({
    GATEWAY_TRUST_PROXY: 'loopback',
    GATEWAY_CORS_ORIGINS: 'https://app.example',
  });
  await fixture.addTenant('attacker', 'unlimited');
  attacker = await fixture.addKey({ tenant: 'attacker', roles: [...TENANT_ROLES] });
  admin = await fixture.addKey({ roles: ['admin'] });
  document = JSON.parse((await ask('GET', '/openapi.json')).text) as typeof document;
});
afterAll(() => fixture?.close());

describe('OWASP API Security Top 10 (2023)', () => {
  it('API4 unrestricted resource consumption: every size, page, rate and number of things has an end', async () => {
    const big = JSON.stringify({ name: 'x'.repeat(20_000) });
    expect((await ask('POST', '/v1/alerts', { body: big })).status).toBe(413);
    expect((await ask('GET', `/v1/models?cursor=${'x'.repeat(5_000)}`)).status).toBe(414);
    for (const list of operationsOf(document).filter(
      ({ inQuery, inPath }) => inQuery.includes('limit') && inPath.length === 0,
    )) {
      const { status } = await ask('GET', `${list.path}?limit=1001`, { key: admin });
      expect({ list: list.name, status }).toEqual({ list: list.name, status: 400 });
    }
    const wrong = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`f${i}`, 1]));
    expect((await ask('POST', '/v1/alerts', { body: wrong })).text.length).toBeLessThan(16_384);
    const webhooks = { body: REQUEST_EXAMPLES['POST /v1/webhooks'] };
    const statuses = new Set<number>();
    for (let i = 0; i < 60 && !statuses.has(409); i += 1)
      statuses.add((await ask('POST', '/v1/webhooks', webhooks)).status);
    expect(statuses).toContain(409);
    await fixture.addTenant('small', 'free');
    const small = await fixture.addKey({ tenant: 'small', roles: ['developer'] });
    const answers = await Promise.all(
      Array.from({ length: 130 }, () => ask('GET', '/v1/models', { key: small })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeLessThanOrEqual(120);
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('API7 server side request forgery: no address inside is taken, reached by a name that turns, or by a redirect', async () => {
    const inside = [
      ...[
        'http://example.com/',
        'https://127.0.0.1/',
        'https://2130706433/',
        'https://0x7f.1/',
        'https://0177.0.0.1/',
      ],
      ...[
        'https://[::1]/',
        'https://[::ffff:169.254.169.254]/',
        'https://169.254.169.254/latest/meta-data',
        'https://10.0.0.1/',
      ],
      ...[
        'https://192.168.1.1/',
        'https://100.64.0.1/',
        'https://0.0.0.0/',
        'https://localhost/',
        'https://user:pw@example.com/',
      ],
      ...[
        'https://[fd00::1]/',
        'https://[64:ff9b::7f00:1]/',
        'file:///etc/passwd',
        'gopher://127.0.0.1:6379/_',
        'javascript:alert(1)',
      ],
      ...[
        'https://example.com:22/',
        'https://metadata.google.internal/',
        'https://printer.local/',
        '//127.0.0.1/',
      ],
    ];
    for (const url of inside) {
      const { status, text } = await ask('POST', '/v1/webhooks', {
        body: { url, eventTypes: ['forecast.issued'] },
      });
      expect({ url, isRefused: status === 400 || status === 422 }).toEqual({ url, isRefused: true });
      expect(text).not.toContain('169.254');
    }
    let reached = 0;
    const server = await listen(
      createServer((_request, response) => {
        reached += 1;
        response.end();
      }),
    );
    const { port } = server.address() as AddressInfo;
    const redirecting = await listen(
      createServer((_request, response) =>
        response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
      ),
    );
    const turns = new GuardedFetch({
      policy: new AddressPolicy(),
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    });
    const call = { method: 'POST', timeoutMs: 5_000, maxBytes: 100 } as const;
    await expect(turns.request({ url: `https://rebound.example:${port}/`, ...call })).rejects.toMatchObject({
      failure: 'refused',
    });
    const loopback = new GuardedFetch({ policy: new AddressPolicy(['127.0.0.0/8']) });
    const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/`;
    expect(await loopback.request({ url, ...call })).toMatchObject({ status: 307 });
    expect(reached).toBe(0);
    await Promise.all([turns.close(), loopback.close(), server.close(), redirecting.close()]);
  });

  it('API8 security misconfiguration: every answer forbids what a browser might do, and no error tells of the inside', async () => {
    fixture.peer().state.failure = new TypeError(`secret at ${import.meta.url}`);
    const answers = [
      await ask('GET', '/v1/models/har/2'),
      ...((fixture.peer().state.failure = undefined), []),
      await ask('GET', '/v1/instruments'),
      await ask('GET', '/v1/nothing'),
      await ask('GET', '/v1/instruments', { key: null }),
      await ask('PUT', '/v1/instruments', { body: {} }),
      await ask('POST', '/v1/alerts', { body: '{' }),
      await ask('GET', '/v2/models/none'),
      await ask('POST', '/oauth/token', { key: null, body: '' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([500, 200, 404, 401, 405, 400, 404, 400]);
    for (const { headers, text } of answers) {
      expect(Object.fromEntries(headers)).toMatchObject({
        ...{ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' },
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      });
      for (const name of ['server', 'x-powered-by', 'access-control-allow-origin'])
        expect(headers.has(name)).toBe(false);
      expect(text).not.toMatch(/secret at|node_modules|\.[jt]s:\d|TypeError|"stack"/);
    }
    const foreign = await ask('OPTIONS', '/v1/keys', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(foreign.headers.has('access-control-allow-origin')).toBe(false);
    for (const path of ['/metrics', '/health', '/.env', '/.git/config', '/admin', '/debug', '/v1/../metrics'])
      expect((await ask('GET', path)).status).toBeGreaterThanOrEqual(400);
  });

  it('API9 improper inventory management: what is served is documented, and what will end says so', async () => {
    const server = fixture.gateway.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const documented = new Set(operationsOf(document).map(({ name }) => name.replace(/\{(\w+)\}/g, ':$1')));
    const hidden = servedRoutes(server).filter((route) => !documented.has(route.replace(/\/$/, '')));
    expect(
      hidden.filter((route) => !/^GET \/(docs|openapi\.json|asyncapi\.json|v1\/ws)/.test(route)),
    ).toEqual([]);
    expect(servedRoutes(server).length).toBeGreaterThanOrEqual(documented.size);
    const { channels } = (await ask('GET', '/asyncapi.json')).body as {
      channels: Record<string, { address: string }>;
    };
    expect(Object.values(channels).map(({ address }) => address)).toContain('/v1/ws');
    for (const path of ['/forecasts/BTC-USD', '/v0/models', '/v3/models', '/api/v1/models', '/v1beta/models'])
      expect((await ask('GET', path)).status).toBe(404);
    const ending = operationsOf(document).filter(
      ({ method, path }) => document.paths[path]![method.toLowerCase()]!.deprecated,
    );
    for (const { method, path } of ending)
      expect((await ask(method, path.replace(/\{\w+\}/g, 'x'))).headers.has('deprecation')).toBe(true);
  });

  it('API10 unsafe consumption of APIs: what services and receivers answer is checked before anybody relies on it', async () => {
    const told = OPERATION_EXAMPLES['GET /v1/forecasts/by-id/{id}'] as object;
    const lies: object[] = [{ price: 'a lot <script>' }, { quantiles: null }, { horizon: '2h' }, { id: 7 }];
    for (const lie of lies) {
      fixture.peer().state.told.set(FORECAST_ID, { ...told, ...lie } as never);
      const { status, text } = await ask('GET', `/v1/forecasts/by-id/${FORECAST_ID}`);
      expect(status).toBeGreaterThanOrEqual(500);
      expect(text).not.toContain('<script>');
    }
    fixture.peer().state.told.set(FORECAST_ID, { ...told, password: 'of the service' } as never);
    const more = await ask('GET', `/v1/forecasts/by-id/${FORECAST_ID}`);
    expect([more.status, more.text.includes('password')]).toEqual([200, false]);
    const receiver = await listen(
      createServer((request, response) => {
        if (request.url === '/endless') return void response.end('x'.repeat(5_000_000));
        request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n<script>');
      }),
    );
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const fetcher = new GuardedFetch({ policy: new AddressPolicy(['127.0.0.0/8']) });
    const call = { method: 'POST', timeoutMs: 5_000, maxBytes: 1_024 } as const;
    await expect(fetcher.request({ url: `${url}/broken`, ...call })).rejects.toMatchObject({
      name: 'GuardedFetchError',
    });
    const endless = await fetcher.request({ url: `${url}/endless`, ...call });
    expect([endless.body.length, endless.truncated]).toEqual([1_024, true]);
    await fetcher.close();
    receiver.closeAllConnections();
    receiver.close();
  });
});

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
