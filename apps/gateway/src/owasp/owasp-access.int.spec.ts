import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLE_PERMISSIONS } from '@btcforecast/access';
import type { Permission } from '@btcforecast/contracts';
import { SignJWT, UnsecuredJWT } from 'jose';
import { REQUEST_EXAMPLES } from '../docs/examples.js';
import { type ApiAnswer, type ApiQuestion, askApi } from '../testing/api-caller.js';
import { operationsOf } from '../testing/hostile-request.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';
import { CANARY, makeVictim, type Victim } from '../testing/victim.js';

/** Everything that a tenant can be permitted: all but to act for others. */
const TENANT_ROLES = ['owner', 'operator', 'developer'] as const;

let fixture: Fixture;
let victim: Victim;
let attacker: string;
let document: {
  readonly paths: Record<string, Record<string, { 'x-permission'?: Permission }>>;
};
const ask = (method: string, path: string, question: ApiQuestion = {}): Promise<ApiAnswer> =>
  askApi(fixture, method, path, { key: attacker, ...question });
const withBody = (name: string): ApiQuestion => {
  const body = REQUEST_EXAMPLES[name];
  return body === undefined ? {} : { body };
};

beforeAll(async () => {
  fixture = await startFixture({
    GATEWAY_TRUST_PROXY: 'loopback',
    GATEWAY_CORS_ORIGINS: 'https://app.example',
  });
  await fixture.addTenant('attacker', 'unlimited');
  await fixture.addTenant('victim', 'unlimited');
  attacker = await fixture.addKey({ tenant: 'attacker', roles: [...TENANT_ROLES] });
  victim = await makeVictim(fixture);
  document = JSON.parse((await ask('GET', '/openapi.json')).text) as typeof document;
});
afterAll(() => fixture?.close());

describe('OWASP API Security Top 10 (2023)', () => {
  it('API1 broken object level authorisation: no route gives away or changes what belongs to another tenant', async () => {
    const owner = { key: victim.key };
    const read = () =>
      Promise.all(victim.addresses.map(async (path) => (await ask('GET', path, owner)).body));
    const before = await read();
    expect(JSON.stringify(before)).toContain(CANARY);
    const ids = Object.values(victim.ids);
    for (const { name, method, path, inPath, inQuery } of operationsOf(document)) {
      const isList = inPath.length === 0 && method === 'GET';
      if (!isList && !/\{(id|tenant)\}/.test(path)) continue;
      const paths = new Set(
        ids.map((id) =>
          path
            .replace('{id}', path.includes('{delivery}') ? victim.ids['webhook']! : id)
            .replace('{delivery}', victim.ids['delivery']!)
            .replace('{signingKey}', victim.ids['signing']!)
            .replace('{tenant}', victim.tenant),
        ),
      );
      const queries = inQuery.includes('tenant') ? ['', `?tenant=${victim.tenant}`] : [''];
      for (const address of [...paths].flatMap((each) => queries.map((query) => each + query))) {
        const { status, text } = await ask(method, address, withBody(name));
        expect({ name, address, isOpen: status < 300 && !isList, tells: text.includes(CANARY) }).toEqual({
          ...{ name, address, isOpen: false, tells: false },
        });
        expect(status).toBeLessThan(500);
      }
    }
    expect(await read()).toEqual(before);
  });

  it('API2 broken authentication: guesses are held, and no forged, turned or misplaced credentials count', async () => {
    const made = await ask('POST', '/v1/oauth-clients', { body: { name: 'desk' } });
    const { id, secret } = made.body as { id: string; secret: string };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const body = 'grant_type=client_credentials';
    const token = await ask('POST', '/oauth/token', {
      key: null,
      body,
      headers: { ...form, authorization: basic },
    });
    const real = String(token.body['access_token']);
    expect((await ask('GET', '/v1/identity', { key: real })).status).toBe(200);
    const [head = '', payload = '', signature = ''] = real.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const { keys } = (await ask('GET', '/.well-known/jwks.json')).body as {
      keys: { x: string; kid: string }[];
    };
    const wider = { ...claims, scope: 'keys:write tenants:write' };
    const swapped = Buffer.from(JSON.stringify(wider)).toString('base64url');
    const byPublicKey = new SignJWT(wider)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: keys[0]!.kid })
      .sign(Buffer.from(keys[0]!.x.padEnd(64, '0')));
    const forged = [
      new UnsecuredJWT(wider).encode(),
      await byPublicKey,
      `${head}.${swapped}.${signature}`,
      `${head}.${payload}.`,
      `${real}${real}`,
      secret,
    ];
    for (const key of forged) expect((await ask('GET', '/v1/identity', { key })).status).toBe(401);
    for (const query of ['key', 'api_key', 'access_token', 'token', 'ticket']) {
      const { status } = await ask('GET', `/v1/identity?${query}=${attacker}`, { key: null });
      expect(status).toBe(401);
    }
    const from = { 'x-forwarded-for': '198.51.100.7' };
    const login = { email: `${CANARY}@example.com`, tenant: victim.tenant, password: 'a guess, one of many' };
    const guesses: number[] = [];
    for (let i = 0; i < 12; i += 1)
      guesses.push((await ask('POST', '/v1/session', { key: null, body: login, headers: from })).status);
    expect(guesses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  });

  it('API3 broken object property level authorisation: no field can be smuggled in, and no secret comes out', async () => {
    const smuggled = {
      ...{
        tenant: 'victim',
        createdBy: 'key 000000000000',
        createdAt: '2020-01-01T00:00:00.000Z',
        bootstrap: true,
      },
      ...{ isAdmin: true, secretHash: '00', permissions: ['tenants:write'], tier: 'unlimited', priority: 0 },
    };
    const own = await ask('POST', '/v1/keys', { body: { name: 'own', roles: ['viewer'] } });
    const makes = [
      '/v1/keys',
      '/v1/users',
      '/v1/oauth-clients',
      '/v1/webhooks',
      '/v1/alerts',
      `/v1/keys/${String(own.body['id'])}`,
    ];
    for (const path of makes) {
      const method = path.startsWith('/v1/keys/') ? 'PATCH' : 'POST';
      const example = REQUEST_EXAMPLES[`${method} ${path.replace(/keys\/.*/, 'keys/{id}')}`] as object;
      for (const [field, value] of Object.entries(smuggled)) {
        const { status, body } = await ask(method, path, { body: { ...example, [field]: value } });
        expect({
          path,
          field,
          status,
          isTaken: JSON.stringify(body[field]) === JSON.stringify(value),
        }).toMatchObject({
          ...{ path, field, isTaken: false },
        });
        expect(status).toBeLessThan(500);
      }
    }
    const wider = await ask('POST', '/v1/keys', { body: { name: 'wider', roles: ['admin'] } });
    expect(wider).toMatchObject({ status: 403, body: { code: 'access.grant_too_wide' } });
    const secrets = new Set<string>();
    for (const path of victim.addresses) {
      const { text } = await ask('GET', path, { key: victim.key });
      for (const [, name] of text.matchAll(/"(\w*(?:password|hash|secret|private|token)\w*)":/gi))
        secrets.add(`${path.split('/')[2]} ${name}`);
    }
    // When something was changed is no secret. Webhook secrets are shown to those who may change them, since receivers
    // need them; nothing else is ever shown again.
    const told = [...secrets].filter((each) => !/(At|Until)$/.test(each) && !each.startsWith('webhooks '));
    expect(told).toEqual([]);
  });

  it('API5 broken function level authorisation: who lacks a permission is refused, whatever verb, case or header is tried', async () => {
    const viewer = await fixture.addKey({ tenant: 'attacker', roles: ['viewer'] });
    const operations = operationsOf(document);
    const closed = operations.filter(({ method, path }) => {
      const permission = document.paths[path]![method.toLowerCase()]!['x-permission'];
      return permission !== undefined && !ROLE_PERMISSIONS.viewer.includes(permission);
    });
    expect(closed.length).toBeGreaterThan(40);
    for (const { name, method, path } of closed) {
      const address = path.replace(/\{\w+\}/g, 'x');
      expect({
        name,
        status: (await ask(method, address, { key: viewer, ...withBody(name) })).status,
      }).toEqual({ name, status: 403 });
    }
    for (const header of ['x-http-method-override', 'x-http-method', 'x-original-url', 'x-rewrite-url']) {
      const headers = { [header]: header.includes('url') ? '/v1/tenants' : 'DELETE' };
      expect((await ask('GET', '/v1/identity', { key: viewer, headers })).body).toHaveProperty('permissions');
    }
    for (const path of [
      '/V1/keys',
      '/v1/Keys',
      '/v1//keys',
      '/v1/keys/',
      '/v1/./keys',
      '/v1/keys%2f',
      '/v1/identity/../keys',
    ])
      expect((await ask('GET', path, { key: viewer })).status).toBeGreaterThanOrEqual(400);
  });

  it('API6 unrestricted access to sensitive flows: deeds are dear, done once, and for those who may', async () => {
    await fixture.addTenant('thrifty', 'free');
    const developer = await fixture.addKey({ tenant: 'thrifty', roles: ['developer'] });
    const start = () => ask('POST', '/v1/backtests', { key: developer, ...withBody('POST /v1/backtests') });
    expect([(await start()).status, (await start()).status]).toEqual([202, 429]);
    const promote = { body: REQUEST_EXAMPLES['POST /v1/models/{name}/{version}/promote'] };
    const path = '/v1/models/har/2/promote';
    expect((await ask('POST', path, { ...promote, key: victim.key })).status).toBe(403);
    const narrow = await fixture.addKey({ roles: ['operator'], instruments: ['ETH-USD'] });
    expect((await ask('POST', path, { ...promote, key: narrow })).status).toBe(403);
    const { arrived } = fixture.peer().state.calls;
    const headers = { 'idempotency-key': '"promote-once-0001"' };
    const many = await Promise.all(
      Array.from({ length: 10 }, () => ask('POST', path, { ...promote, headers })),
    );
    expect(many.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect(fixture.peer().state.calls.arrived - arrived).toBe(1);
  });
});
