import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerKeys } from '@btcforecast/access';
import { newSecretsKey } from '@btcforecast/platform';
import { waitFor } from '@btcforecast/testing';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const ISSUER = 'https://api.example/base';
let fixture: Fixture;
let admin: string;
beforeAll(async () => {
  fixture = await startFixture({ GATEWAY_PUBLIC_URL: `${ISSUER}/`, SECRETS_KEY: newSecretsKey() });
  admin = await fixture.addKey({ roles: ['admin'] });
});
afterAll(() => fixture.close());

interface Client {
  readonly id: string;
  readonly secret: string;
}

async function makeClient(body: object = {}): Promise<Client> {
  const response = await fetch(`${fixture.url}/v1/oauth-clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'desk', ...body }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Client;
}

const basic = ({ id, secret }: Client) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const GRANT = 'grant_type=client_credentials';

async function ask(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${fixture.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, string>,
  };
}

async function tokenOf(client: Client, scope = ''): Promise<string> {
  const { body } = await ask(`${GRANT}&scope=${encodeURIComponent(scope)}`, { authorization: basic(client) });
  return String(body['access_token']);
}

const get = (token: string, path = '/v1/forecasts/BTC-USD') =>
  fetch(`${fixture.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

describe('the token endpoint', () => {
  it('gives a client a token that opens what its scope says, and nothing else', async () => {
    const client = await makeClient({ roles: ['developer'] });
    const { status, headers, body } = await ask(`${GRANT}&scope=forecasts%3Aread`, {
      authorization: basic(client),
    });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'forecasts:read',
    });
    expect((await get(String(body['access_token']))).status).toBe(200);
    const refused = await get(String(body['access_token']), '/v1/models');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'access.forbidden' });
  });

  it('gives one that anybody can verify with the published keys, by what the metadata says', async () => {
    const token = await tokenOf(await makeClient());
    const metadata = (await (
      await fetch(`${fixture.url}/.well-known/oauth-authorization-server`)
    ).json()) as Record<string, string>;
    expect(metadata).toMatchObject({
      issuer: ISSUER,
      token_endpoint: `${ISSUER}/oauth/token`,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    });
    const keys = createRemoteJWKSet(new URL(`${fixture.url}/.well-known/jwks.json`));
    await jwtVerify(token, keys, { issuer: metadata['issuer'], audience: metadata['issuer'], typ: 'at+jwt' });
    const published = await fetch(`${fixture.url}/.well-known/jwks.json`);
    expect(published.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await published.text()).not.toContain('"d"');
  });

  it('takes credentials in the form of client_secret_post and percent-encoded Basic ones', async () => {
    const post = await makeClient({ authMethod: 'client_secret_post' });
    expect((await ask(`${GRANT}&client_id=${post.id}&client_secret=${post.secret}`)).status).toBe(200);
    const client = await makeClient();
    const encoded = { id: client.id, secret: client.secret.replaceAll('_', '%5F') };
    expect((await ask(GRANT, { authorization: basic(encoded) })).status).toBe(200);
    expect((await ask(`${GRANT}&client_id=${client.id}`, { authorization: basic(client) })).status).toBe(200);
    expect((await ask(`${GRANT}&unknown=parameter`, { authorization: basic(client) })).status).toBe(200);
  });

  it.each<[string, string, (client: Client) => [string, Record<string, string>?]]>([
    ['unsupported_grant_type', 'another grant', (c) => ['grant_type=password', { authorization: basic(c) }]],
    ['invalid_request', 'no grant', (c) => ['scope=', { authorization: basic(c) }]],
    ['invalid_request', 'a parameter twice', (c) => [`${GRANT}&${GRANT}`, { authorization: basic(c) }]],
    [
      'invalid_request',
      'two kinds of credentials',
      (c) => [`${GRANT}&client_id=${c.id}&client_secret=${c.secret}`, { authorization: basic(c) }],
    ],
    ['invalid_request', 'two clients', (c) => [`${GRANT}&client_id=other`, { authorization: basic(c) }]],
    ['invalid_request', 'a secret without a client', () => [`${GRANT}&client_secret=x`]],
    [
      'invalid_request',
      'an assertion of another type',
      () => [`${GRANT}&client_assertion=x&client_assertion_type=y`],
    ],
    [
      'invalid_request',
      'a body in JSON',
      (c) => [
        JSON.stringify({ grant_type: 'client_credentials' }),
        { authorization: basic(c), 'content-type': 'application/json' },
      ],
    ],
    ['invalid_scope', 'an unknown scope', (c) => [`${GRANT}&scope=everything`, { authorization: basic(c) }]],
    [
      'invalid_scope',
      'too wide a scope',
      (c) => [`${GRANT}&scope=keys%3Awrite`, { authorization: basic(c) }],
    ],
  ])('answers %s to %s, as RFC 6749 says', async (error, _what, request) => {
    const [form, headers] = request(await makeClient());
    const answer = await ask(form, headers);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual({
      error,
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      error_uri: '/docs/errors#request.invalid',
    });
  });

  it.each<[string, (client: Client) => string | undefined]>([
    ['no credentials', () => undefined],
    ['a key in the place of a client', () => `Bearer ${fixture.key}`],
    ['a wrong secret', ({ id }) => basic({ id, secret: randomBytes(32).toString('base64url') })],
    ['an unknown client', ({ secret }) => basic({ id: '000000000000', secret })],
    ['Basic that is no base64', () => 'Basic %%%'],
    ['Basic without a colon', () => `Basic ${Buffer.from('nocolon').toString('base64')}`],
    ['Basic with a broken encoding', () => basic({ id: '%zz', secret: '%' })],
  ])('answers 401 invalid_client to %s', async (_what, authorization) => {
    const shown = authorization(await makeClient());
    const answer = await ask(GRANT, shown === undefined ? {} : { authorization: shown });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="btcforecast"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body['error']).toBe('invalid_client');
  });

  it('repeats nothing of what it was sent, and writes no secret into the log', async () => {
    const client = await makeClient();
    const canary = `canary"<b>${client.secret}`;
    const answers = await Promise.all([
      ask(`${GRANT}&scope=${encodeURIComponent(canary)}`, { authorization: basic(client) }),
      ask(`grant_type=${encodeURIComponent(canary)}`, { authorization: basic(client) }),
      ask(`${GRANT}&client_id=${encodeURIComponent(canary)}&client_secret=${client.secret}`),
    ]);
    for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/canary|<b>/);
    const token = await tokenOf(client);
    await get(token);
    for (const secret of [client.secret.slice(18), token.split('.')[2] ?? token]) {
      expect(fixture.log.text).not.toContain(secret);
    }
  });
});

describe('at the edge, an access token', () => {
  it('is refused with a challenge that says it is the token, when it does not count', async () => {
    const token = await tokenOf(await makeClient());
    const damaged = `${token.slice(0, -4)}AAAA`;
    const response = await get(damaged);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="btcforecast", error="invalid_token"',
    );
    expect(await response.json()).toMatchObject({ code: 'access.token_invalid' });
  });

  it('of a client that is revoked stops opening even what is in memory, at once', async () => {
    const client = await makeClient();
    const token = await tokenOf(client);
    expect((await get(token)).status).toBe(200);
    const revoked = await fetch(`${fixture.url}/v1/oauth-clients/${client.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${admin}` },
    });
    expect(revoked.status).toBe(200);
    expect((await get(token)).status).toBe(401);
  });

  it('of a client that was revoked elsewhere stops within seconds', async () => {
    const client = await makeClient();
    const token = await tokenOf(client);
    expect((await get(token)).status).toBe(200);
    await fixture.dataSource.query('UPDATE oauth_clients SET revoked_at = now() WHERE id = $1', [client.id]);
    await waitFor(async () => (await get(token)).status === 401, {
      deadlineMs: 15_000,
      what: 'the token of the revoked client is refused',
      everyMs: 100,
    });
  });

  it('names its client and tenant in the log', async () => {
    const client = await makeClient();
    const token = await tokenOf(client);
    await fetch(`${fixture.url}/v1/instruments`, {
      headers: { authorization: `Bearer ${token}`, 'x-request-id': 'token-in-log-1' },
    });
    const line = fixture.log.lines().find((each) => each['http.request.id'] === 'token-in-log-1');
    expect(line).toMatchObject({ 'user.id': `client ${client.id}`, 'organization.id': 'default' });
  });
});

describe('under load', () => {
  it('the change of the signing key fails no request: not those with old tokens nor those with new ones', async () => {
    const client = await makeClient();
    let stop = false;
    const statuses = new Set<number>();
    const keyIds = new Set<string>();
    const worker = async (): Promise<void> => {
      let token = await tokenOf(client);
      while (!stop) {
        statuses.add((await get(token)).status);
        const next = await tokenOf(client);
        keyIds.add(JSON.parse(Buffer.from(next.split('.')[0] ?? '', 'base64url').toString()).kid as string);
        statuses.add((await get(next)).status);
        token = next;
      }
    };
    const workers = Promise.all([worker(), worker(), worker(), worker()]);
    // The key in use ends in a second, as if thirty days had passed; the next one is published before that.
    await fixture.dataSource.query(
      `UPDATE server_signing_keys SET signs_until = now() + interval '1 s' WHERE purpose = 'tokens'`,
    );
    await fixture.gateway.app.get(ServerKeys, { strict: false }).refresh();
    await waitFor(() => keyIds.size > 1, { deadlineMs: 30_000, what: 'a new key signs' });
    stop = true;
    await workers;
    expect([...statuses]).toEqual([200]);
  });
});

describe('a token endpoint that is guessed at', () => {
  it('holds the address that guesses, and gives a token to everybody else', async () => {
    const guessed = await startFixture({ SECRETS_KEY: newSecretsKey(), GATEWAY_TRUST_PROXY: 'loopback' });
    const shown = (secret: string) => Buffer.from(`0123456789ab:${secret}`).toString('base64');
    const from = async (address: string, secret: string) => {
      const { status, headers } = await fetch(`${guessed.url}/oauth/token`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${shown(secret)}`,
          'x-forwarded-for': address,
        },
        body: GRANT,
      });
      return [status, headers.get('retry-after') !== null];
    };
    for (let i = 0; i < 10; i += 1) expect(await from('192.0.2.1', `guess ${i}`)).toEqual([401, false]);
    expect(await from('192.0.2.1', 'one more')).toEqual([429, true]);
    expect(await from('192.0.2.2', 'from elsewhere')).toEqual([401, false]);
    await guessed.close();
  });
});
