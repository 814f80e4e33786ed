import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserReply } from '@btcforecast/contracts';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const PASSWORD = 'a few words that nobody guesses';
type Body = UserReply & { code: string; detail: string; data: UserReply[] };

let fixture: Fixture;
let owner: string;
let admin: string;
beforeAll(async () => {
  fixture = await startFixture();
  owner = await fixture.addKey({ roles: ['owner'] });
  admin = await fixture.addKey({ roles: ['admin'] });
});
afterAll(() => fixture.close());

async function ask(method: string, path: string, key: string, body?: object) {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}
let nextUser = 0;
const details = (change: object = {}) => ({
  email: `person${++nextUser}@example.com`,
  name: 'Ada',
  password: PASSWORD,
  ...change,
});
async function login(email: string, password = PASSWORD, tenant = 'default') {
  const response = await fetch(`${fixture.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, tenant }),
  });
  const [cookie = ''] = (response.headers.getSetCookie()[0] ?? '').split(';');
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  const as = (method: string, path: string, body?: object) =>
    fetch(`${fixture.url}${path}`, {
      method,
      headers: { cookie, 'x-csrf-token': csrfToken, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  return { status: response.status, as };
}

describe('a user', () => {
  it('is made by an owner and logs in; the password is nowhere to be seen', async () => {
    const asked = details({ email: ' Ada@Example.COM ' });
    const { status, headers, body } = await ask('POST', '/v1/users', owner, asked);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/users/${body.id}`);
    expect(UserReply.parse(body)).toMatchObject({
      ...{ tenant: 'default', email: 'ada@example.com', roles: ['viewer'], lastLoginAt: null },
      createdBy: `key ${owner.slice(5, 17)}`,
    });
    expect((await login('ada@example.com')).status).toBe(201);
    const { body: seen } = await ask('GET', `/v1/users/${body.id}`, owner);
    expect(seen).toEqual({ ...body, lastLoginAt: expect.any(String) });
    const rows = await fixture.dataSource.query('SELECT * FROM users');
    expect(JSON.stringify([rows, seen])).not.toContain(PASSWORD);
    expect(fixture.log.text).not.toContain(PASSWORD);
    expect(await ask('POST', '/v1/users', owner, asked)).toMatchObject({
      status: 409,
      body: { code: 'user.conflict' },
    });
  });

  it.each([
    { email: 'nobody' },
    { email: 'a@b.c\u0000' },
    { password: 'too short' },
    { password: 'a'.repeat(129) },
    { name: '' },
    { roles: ['root'] },
    { tenant: 'other' },
  ])('is not made of %j', async (change) => {
    expect((await ask('POST', '/v1/users', owner, details(change))).status).toBe(400);
  });

  it('has no more than whoever makes or changes it', async () => {
    const wide = { status: 403, body: { code: 'access.grant_too_wide' } };
    expect(await ask('POST', '/v1/users', owner, details({ roles: ['operator'] }))).toMatchObject(wide);
    const scoped = await fixture.addKey({ roles: ['owner'], scopes: ['users:write'] });
    expect(await ask('POST', '/v1/users', scoped, details())).toMatchObject(wide);
    const { body: operator } = await ask('POST', '/v1/users', admin, details({ roles: ['operator'] }));
    const path = `/v1/users/${operator.id}`;
    const takeover = { password: 'words of whoever takes it over' };
    expect(await ask('PATCH', path, owner, takeover)).toMatchObject(wide);
    expect(await ask('PATCH', path, owner, { roles: ['viewer'] })).toMatchObject(wide);
    expect(await ask('DELETE', path, owner)).toMatchObject(wide);
    expect((await login(operator.email)).status).toBe(201);
    const limited = await fixture.addKey({ roles: ['owner'], instruments: ['BTC-USD'] });
    const { body: heir } = await ask('POST', '/v1/users', limited, details());
    expect(heir.instruments).toEqual(['BTC-USD']);
  });

  it('that is disabled, removed or given a new password is out at once', async () => {
    for (const change of [{ disabled: true }, { password: 'quite another set of words' }, undefined]) {
      const { body: user } = await ask('POST', '/v1/users', owner, details());
      const { as } = await login(user.email);
      expect((await as('GET', '/v1/session')).status).toBe(200);
      const path = `/v1/users/${user.id}`;
      const { status } = await ask(change ? 'PATCH' : 'DELETE', path, owner, change);
      expect(status).toBe(200);
      expect((await as('GET', '/v1/session')).status).toBe(401);
      expect((await login(user.email)).status).toBe(401);
    }
  });

  it('may do what was changed from that moment on', async () => {
    const { body: user } = await ask('POST', '/v1/users', owner, details({ roles: ['owner'] }));
    const { as } = await login(user.email);
    expect((await as('GET', '/v1/keys')).status).toBe(200);
    await ask('PATCH', `/v1/users/${user.id}`, owner, { roles: ['viewer'] });
    expect((await as('GET', '/v1/keys')).status).toBe(403);
  });

  it('does not set its own password without knowing the present one', async () => {
    const { body: user } = await ask('POST', '/v1/users', owner, details({ roles: ['owner'] }));
    const { as } = await login(user.email);
    const { status } = await as('PATCH', `/v1/users/${user.id}`, { password: 'words of a stolen session' });
    expect(status).toBe(409);
  });

  it('is the same address in two tenants, and two people', async () => {
    await ask('POST', '/v1/tenants', admin, { id: 'acme', name: 'Acme' });
    const asked = details();
    const { body: ours } = await ask('POST', '/v1/users', owner, asked);
    const { body: theirs } = await ask('POST', '/v1/users?tenant=acme', admin, {
      ...asked,
      password: 'the words of somebody else',
    });
    expect(theirs).toMatchObject({ tenant: 'acme', email: ours.email });
    expect((await login(ours.email, PASSWORD, 'acme')).status).toBe(401);
    expect((await login(ours.email, 'the words of somebody else', 'acme')).status).toBe(201);
    expect((await ask('GET', `/v1/users/${theirs.id}`, owner)).status).toBe(404);
  });
});

describe('the last one who may make keys', () => {
  it('cannot be removed, disabled or narrowed, be it a user or a key', async () => {
    await ask('POST', '/v1/tenants', admin, { id: 'lonely', name: 'Lonely' });
    const asked = details({ roles: ['owner'] });
    const { body: user } = await ask('POST', '/v1/users?tenant=lonely', admin, asked);
    const { as } = await login(user.email, PASSWORD, 'lonely');
    const path = `/v1/users/${user.id}`;
    expect((await as('DELETE', path)).status).toBe(409);
    expect((await as('PATCH', path, { disabled: true })).status).toBe(409);
    expect((await as('PATCH', path, { roles: ['viewer'] })).status).toBe(409);
    const key = (await (await as('POST', '/v1/keys', { name: 'k', roles: ['owner'] })).json()) as {
      id: string;
      key: string;
    };
    expect((await as('PATCH', path, { roles: ['viewer'] })).status).toBe(200);
    expect((await ask('DELETE', `/v1/keys/${key.id}`, key.key)).status).toBe(409);
  });
});
