import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyReply, KeysReply, NewKeyReply } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

type Body = NewKeyReply & { code: string; detail: string; data: KeyReply[] };

let fixture: Fixture;
let owner: string;
let admin: string;
beforeAll(async () => {
  fixture = await startFixture({ GATEWAY_TRUST_PROXY: 'loopback' });
  owner = await fixture.addKey({ roles: ['owner'] });
  admin = await fixture.addKey({ roles: ['admin'] });
});
afterAll(() => fixture.close());

async function ask(method: string, path: string, key: string, body?: object, from?: string) {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(from && { 'x-forwarded-for': from }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}
const create = async (body: object, by = owner, path = '/v1/keys') => {
  const { status, body: reply } = await ask('POST', path, by, { name: 'desk', ...body });
  expect({ status, detail: reply.detail }).toEqual({ status: 201, detail: undefined });
  return NewKeyReply.parse(reply);
};
const statusOf = async (key: string, path = '/v1/forecasts/BTC-USD', from?: string) =>
  (await ask('GET', path, key, undefined, from)).status;

describe('a new key', () => {
  it('is shown once, opens what it may, and is stored as a digest', async () => {
    const { status, headers, body } = await ask('POST', '/v1/keys', owner, { name: ' desk ' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/keys/${body.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    const { key, ...made } = NewKeyReply.parse(body);
    expect(made).toMatchObject({
      ...{ tenant: 'default', name: 'desk', state: 'active', roles: ['viewer'], scopes: null },
      ...{ instruments: null, horizons: null, expiresAt: null, lastUsedAt: null },
      createdBy: `key ${owner.slice(5, 17)}`,
    });
    expect(await statusOf(key)).toBe(200);
    const seen = await ask('GET', `/v1/keys/${made.id}`, owner);
    expect(seen.body).toEqual(made);
    const [row] = await fixture.dataSource.query('SELECT * FROM api_keys WHERE id = $1', [made.id]);
    expect(JSON.stringify(row)).not.toContain(key.slice(18));
    expect(fixture.log.text).not.toContain(key.slice(18));
  });

  it('ends when it is said to', async () => {
    const { body } = await ask('POST', '/v1/keys', owner, { name: 'desk', expiresAt: '2020-01-01' });
    expect(body).toMatchObject({ code: 'request.invalid', detail: expect.stringContaining('expiresAt') });
    const { key, id } = await create({ expiresAt: new Date(Date.now() + 1_500).toISOString() });
    expect(await statusOf(key)).toBe(200);
    await waitFor(async () => (await statusOf(key)) === 401, {
      deadlineMs: 5_000,
      what: 'the key has ended',
    });
    expect((await ask('GET', `/v1/keys/${id}`, owner)).body).toMatchObject({ state: 'expired' });
  });

  it.each([
    { roles: [] },
    { roles: ['viewer', 'viewer'] },
    { roles: ['root'] },
    { scopes: ['everything'] },
    { instruments: [] },
    { horizons: ['2h'] },
    { allowedAddresses: ['10.0.0.0/33'] },
    { allowedAddresses: ['localhost'] },
    { name: 'a\u0000b' },
    { expireAt: '2030-01-01' },
    { tenant: 'other' },
  ])('is not made of %j', async (body) => {
    expect(await ask('POST', '/v1/keys', owner, { name: 'desk', ...body })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });
});

describe('nobody', () => {
  it.each([
    ['a role that gives more', { roles: ['operator'] }, {}],
    ['the role of administrators, however narrow', { roles: ['admin'], scopes: ['market:read'] }, {}],
    ['all that a role gives, having been narrowed', { roles: ['viewer'] }, { scopes: ['keys:write'] }],
    ['a permission that was taken away', { scopes: ['market:read'] }, { scopes: ['keys:write'] }],
    ['all instruments, having some', { instruments: null }, { instruments: ['BTC-USD'] }],
    ['another instrument', { instruments: ['ETH-USD'] }, { instruments: ['BTC-USD'] }],
    ['all horizons, having some', { horizons: null }, { horizons: ['24h'] }],
    ['another horizon', { horizons: ['24h', '1h'] }, { horizons: ['24h'] }],
  ])('gives %s', async (_, body, own) => {
    const by = await fixture.addKey({ roles: ['owner'], ...(own as object) });
    // A body that names an instrument beyond the own limits does not get as far as the rules of grants.
    expect(await ask('POST', '/v1/keys', by, { name: 'desk', ...body })).toMatchObject({
      status: 403,
      body: { code: expect.stringMatching(/^access\.(grant_too_wide|forbidden)$/) },
    });
    const { body: key } = await ask('POST', '/v1/keys', owner, { name: 'desk', roles: ['viewer'] });
    expect(await ask('PATCH', `/v1/keys/${key.id}`, by, body)).toMatchObject({ status: 403 });
  });

  it('takes over a key that may do more, by a new secret, a change or its end', async () => {
    const { id } = await create({ roles: ['operator'] }, admin);
    const refused = { status: 403, body: { code: 'access.grant_too_wide' } };
    expect(await ask('POST', `/v1/keys/${id}/rotate`, owner, { overlapSeconds: 60 })).toMatchObject(refused);
    expect(await ask('PATCH', `/v1/keys/${id}`, owner, { roles: ['viewer'] })).toMatchObject(refused);
    expect(await ask('DELETE', `/v1/keys/${id}`, owner)).toMatchObject(refused);
    const narrow = await fixture.addKey({ roles: ['owner'], horizons: ['24h'] });
    const { id: wide } = await create({});
    expect(await ask('POST', `/v1/keys/${wide}/rotate`, narrow, {})).toMatchObject(refused);
  });

  it('loses limits by leaving them out: a new key has those of whoever makes it', async () => {
    const limits = { instruments: ['BTC-USD'], horizons: ['24h', '1h'] };
    const by = await fixture.addKey({ roles: ['owner'], ...limits });
    expect(await create({}, by)).toMatchObject(limits);
  });
});

describe('the keys of a tenant', () => {
  it('are listed page by page, newest first, each once', async () => {
    const tenant = 'paged';
    const by = await fixture.addKey({ tenant, roles: ['owner'] });
    for (let i = 0; i < 5; i += 1) await create({ name: `key ${i}` }, by);
    const seen: KeyReply[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `limit=2${cursor && `&cursor=${cursor}`}`;
      const page = KeysReply.parse((await ask('GET', `/v1/keys?${query}`, by)).body);
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.data);
      cursor = page.next;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(6);
    expect(seen.map(({ createdAt }) => createdAt)).toEqual(
      seen
        .map(({ createdAt }) => createdAt)
        .toSorted()
        .toReversed(),
    );
    expect(seen.every((key) => key.tenant === tenant)).toBe(true);
  });

  it.each(['x', '%00', `zz.${'a'.repeat(40)}`, 'zz.aaaaaaaaaaa%00', `${'z'.repeat(150)}`])(
    'have no page at the cursor %s',
    async (cursor) => {
      expect((await ask('GET', `/v1/keys?cursor=${cursor}`, owner)).status).toBe(400);
    },
  );

  it('are those of another one only for administrators, who name it', async () => {
    await ask('POST', '/v1/tenants', admin, { id: 'acme', name: 'Acme' });
    const made = await create({ roles: ['owner'] }, admin, '/v1/keys?tenant=acme');
    expect(made.tenant).toBe('acme');
    expect((await ask('GET', '/v1/keys?tenant=acme', admin)).body.data).toHaveLength(1);
    const answers = new Set<string>();
    for (const tenant of ['acme', 'nowhere']) {
      const { status, body } = await ask('GET', `/v1/keys?tenant=${tenant}`, owner);
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'tenant.not_found' });
      answers.add(body.detail.replace(tenant, ''));
      expect((await ask('POST', `/v1/keys?tenant=${tenant}`, owner, { name: 'spy' })).status).toBe(404);
    }
    expect(answers.size).toBe(1);
    expect((await ask('POST', '/v1/keys?tenant=nowhere', admin, { name: 'lost' })).status).toBe(404);
    expect((await ask('GET', '/v1/keys?tenant=default', made.key)).status).toBe(404);
  });
});

describe('a key that is revoked', () => {
  it('opens nothing from that moment on, and cannot be brought back', async () => {
    const { key, id } = await create({});
    expect(await statusOf(key)).toBe(200);
    const { status, body } = await ask('DELETE', `/v1/keys/${id}`, owner);
    expect({ status, body }).toMatchObject({ status: 200, body: { state: 'revoked' } });
    expect(await statusOf(key)).toBe(401);
    expect(await ask('DELETE', `/v1/keys/${id}`, owner)).toMatchObject({ status: 200, body });
    expect(await ask('PATCH', `/v1/keys/${id}`, owner, { name: 'back' })).toMatchObject({ status: 409 });
    expect(await ask('POST', `/v1/keys/${id}/rotate`, owner, {})).toMatchObject({ status: 409 });
  });

  it('is not the last by which the tenant can be entered, nor can the last one be narrowed', async () => {
    const by = await fixture.addKey({ tenant: 'lonely', roles: ['owner'] });
    const id = by.slice(5, 17);
    const last = { status: 409, body: { code: 'access.last_keeper' } };
    expect(await ask('DELETE', `/v1/keys/${id}`, by)).toMatchObject(last);
    expect(await ask('PATCH', `/v1/keys/${id}`, by, { roles: ['viewer'] })).toMatchObject(last);
    expect(await ask('PATCH', `/v1/keys/${id}`, by, { scopes: ['keys:read'] })).toMatchObject(last);
    await create({ roles: ['owner'] }, by);
    expect((await ask('DELETE', `/v1/keys/${id}`, by)).status).toBe(200);
  });

  it('leaves one of two that revoke each other at once', async () => {
    const pair = [
      await fixture.addKey({ tenant: 'duel', roles: ['owner'] }),
      await fixture.addKey({ tenant: 'duel', roles: ['owner'] }),
    ] as const;
    for (const key of pair) expect(await statusOf(key)).toBe(200);
    const answers = await Promise.all([
      ask('DELETE', `/v1/keys/${pair[1].slice(5, 17)}`, pair[0]),
      ask('DELETE', `/v1/keys/${pair[0].slice(5, 17)}`, pair[1]),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('a key that is rotated', () => {
  it('opens with both secrets until the overlap ends, then with the new one alone', async () => {
    const { key: old, id } = await create({});
    expect(await statusOf(old)).toBe(200);
    const { status, headers, body } = await ask('POST', `/v1/keys/${id}/rotate`, owner, {
      overlapSeconds: 2,
    });
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'no-store' });
    const { key } = NewKeyReply.parse(body);
    expect(key.slice(0, 18)).toBe(old.slice(0, 18));
    expect([await statusOf(key), await statusOf(old)]).toEqual([200, 200]);
    const again = await ask('POST', `/v1/keys/${id}/rotate`, owner, { overlapSeconds: 60 });
    expect(again).toMatchObject({ status: 409, body: { code: 'key.conflict' } });
    await waitFor(async () => (await statusOf(old)) === 401, { deadlineMs: 8_000, what: 'the old one ends' });
    expect(await statusOf(key)).toBe(200);
    expect((await ask('GET', `/v1/keys/${id}`, owner)).body).toMatchObject({ previousSecretUntil: null });
  });

  it('without an overlap ends every old secret at once', async () => {
    const { key: first, id } = await create({});
    const { body: second } = await ask('POST', `/v1/keys/${id}/rotate`, owner, { overlapSeconds: 600 });
    expect([await statusOf(first), await statusOf(second.key)]).toEqual([200, 200]);
    const { body: third } = await ask('POST', `/v1/keys/${id}/rotate`, owner, { overlapSeconds: 0 });
    expect([await statusOf(first), await statusOf(second.key)]).toEqual([401, 401]);
    expect(await statusOf(third.key)).toBe(200);
  });

  it('is not the one of the operator, which lies in a file', async () => {
    await fixture.dataSource.query('UPDATE api_keys SET bootstrap = true WHERE id = $1', [
      admin.slice(5, 17),
    ]);
    const path = `/v1/keys/${admin.slice(5, 17)}`;
    expect(await ask('POST', `${path}/rotate`, admin, {})).toMatchObject({ status: 409 });
    expect(await ask('PATCH', path, admin, { roles: ['viewer'] })).toMatchObject({ status: 409 });
  });
});

describe('a key with a list of addresses', () => {
  it('opens from those alone, in either form, whether or not the key is in memory', async () => {
    const { key } = await create({ allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'] });
    for (let i = 0; i < 2; i += 1) {
      expect(await statusOf(key, undefined, '192.0.2.7')).toBe(200);
      expect(await statusOf(key, undefined, '::ffff:192.0.2.7')).toBe(200);
      expect(await statusOf(key, undefined, '2001:db8::7')).toBe(200);
      expect(await ask('GET', '/v1/forecasts/BTC-USD', key, undefined, '192.0.3.7')).toMatchObject({
        status: 403,
        body: { code: 'access.address_not_allowed', detail: expect.stringContaining('192.0.3.7') },
      });
      expect(await statusOf(key)).toBe(403);
    }
  });

  it('cannot shut itself out', async () => {
    const { key, id } = await create({ roles: ['owner'] });
    const path = `/v1/keys/${id}`;
    const elsewhere = { allowedAddresses: ['198.51.100.0/24'] };
    expect(await ask('PATCH', path, key, elsewhere, '192.0.2.7')).toMatchObject({ status: 409 });
    expect(await ask('PATCH', path, key, elsewhere, '198.51.100.9')).toMatchObject({ status: 200 });
    expect(await statusOf(key, undefined, '192.0.2.7')).toBe(403);
    expect(await ask('PATCH', path, owner, { allowedAddresses: null })).toMatchObject({ status: 200 });
    expect(await statusOf(key, undefined, '192.0.2.7')).toBe(200);
  });
});

describe('a change of a key', () => {
  it('counts from that moment on, and leaves what it does not name', async () => {
    const { key, id } = await create({ roles: ['viewer'], horizons: ['24h'] });
    expect(await statusOf(key, '/v1/models')).toBe(200);
    const { body } = await ask('PATCH', `/v1/keys/${id}`, owner, { scopes: ['market:read'], name: 'less' });
    expect(KeyReply.parse(body)).toMatchObject({
      ...{ name: 'less', roles: ['viewer'], horizons: ['24h'], requireSignature: false },
      ...{ scopes: ['market:read'], permissions: ['market:read'] },
    });
    expect(await statusOf(key, '/v1/models')).toBe(403);
    expect((await ask('PATCH', `/v1/keys/${id}`, owner, {})).status).toBe(400);
  });
});
