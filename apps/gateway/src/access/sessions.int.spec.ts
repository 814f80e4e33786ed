import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionReply, SessionsReply } from '@btcforecast/contracts';
import { type Fixture, startFixture, type UserOptions } from '../testing/start-fixture.js';

const PASSWORD = 'a few words that nobody guesses';
const NEXT = 'some other words, which are new';
type Body = SessionReply & { code: string; detail: string };

let fixture: Fixture;
let host: string;
beforeAll(async () => {
  fixture = await startFixture({ GATEWAY_TRUST_PROXY: 'loopback' });
  host = new URL(fixture.url).host;
});
afterAll(() => fixture.close());

/** Each person comes from an address of their own, as attempts are counted by address. */
let nextHost = 1;
const newAddress = (): string => `198.51.${nextHost >> 8}.${nextHost++ & 255}`;
let nextUser = 0;
async function newUser(options: UserOptions = {}) {
  const email = `user${++nextUser}@example.com`;
  const id = await fixture.addUser({ email, password: PASSWORD, ...options });
  return { id, email, tenant: options.tenant ?? 'default', address: newAddress() };
}

interface Asked {
  readonly body?: object | undefined;
  readonly cookie?: string;
  readonly headers?: Record<string, string>;
}
async function ask(method: string, path: string, { body, cookie, headers = {} }: Asked = {}) {
  const response = await fetch(`${fixture.url}${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(cookie && { cookie }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const [setCookie = ''] = response.headers.getSetCookie();
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Body,
    setCookie,
  };
}

type Person = Awaited<ReturnType<typeof newUser>>;
async function login({ email, tenant, address }: Person, password = PASSWORD, headers: object = {}) {
  const reply = await ask('POST', '/v1/session', {
    body: { tenant, email, password },
    headers: { 'x-forwarded-for': address, ...headers },
  });
  const [cookie = ''] = reply.setCookie.split(';');
  return { ...reply, cookie, token: reply.body.csrfToken };
}
const open = async (person: Person) => {
  const { cookie, token, body } = await login(person);
  return { cookie, id: body.id, own: { cookie, headers: { 'x-csrf-token': token } } };
};
const statusOf = async (cookie: string, path = '/v1/session') => (await ask('GET', path, { cookie })).status;

describe('logging in', () => {
  it('gives a session, whose cookie other pages and scripts cannot read', async () => {
    const user = await newUser({ roles: ['owner'] });
    const { status, headers, body, setCookie, cookie } = await login(user);
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(SessionReply.parse(body)).toMatchObject({
      isCurrent: true,
      address: user.address,
      user: { id: user.id, tenant: 'default', email: user.email, roles: ['owner'] },
    });
    expect(setCookie).toMatch(/^btcf_session=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const { body: same } = await ask('GET', '/v1/session', { cookie });
    expect(same).toMatchObject({ id: body.id, csrfToken: body.csrfToken });
    expect(await statusOf(cookie, '/v1/keys')).toBe(200);
    const rows = JSON.stringify(await fixture.dataSource.query('SELECT * FROM sessions'));
    const [, secret = 'none'] = cookie.split('.');
    expect(rows).not.toContain(secret);
    expect(fixture.log.text).not.toContain(secret);
    expect(fixture.log.text).not.toContain(PASSWORD);
  });

  it('by another name than that of the machine itself, or over TLS, gives a cookie for that host alone', async () => {
    const user = await newUser();
    const named: Record<string, string>[] = [
      { 'x-forwarded-proto': 'https' },
      { 'x-forwarded-host': 'api.example.com' },
    ];
    for (const headers of named) {
      const { setCookie, cookie } = await login(user, PASSWORD, headers);
      expect(setCookie).toMatch(
        /^__Host-btcf_session=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      );
      expect((await ask('GET', '/v1/session', { cookie, headers })).status).toBe(200);
      const planted = cookie.replace('__Host-', '');
      expect((await ask('GET', '/v1/session', { cookie: planted, headers })).status).toBe(401);
    }
  });

  it('is refused in the same words, whatever was wrong', async () => {
    const user = await newUser();
    const disabled = await newUser();
    await fixture.dataSource.query('UPDATE users SET disabled_at = now() WHERE id = $1', [disabled.id]);
    const answers = new Set<string>();
    for (const [person, password] of [
      [user, `${PASSWORD}!`],
      [{ ...user, email: 'nobody@example.com' }, PASSWORD],
      [{ ...user, tenant: 'elsewhere' }, PASSWORD],
      [disabled, PASSWORD],
    ] as const) {
      const { status, body, setCookie } = await login(person, password);
      expect({ status, code: body.code, setCookie }).toEqual({
        status: 401,
        code: 'access.login_failed',
        setCookie: '',
      });
      answers.add(body.detail);
    }
    expect(answers.size).toBe(1);
  });

  it('takes the e-mail address in any case', async () => {
    const user = await newUser();
    expect((await login({ ...user, email: ` ${user.email.toUpperCase()} ` })).status).toBe(201);
  });

  it('anew ends the session that the browser had', async () => {
    const user = await newUser();
    const { cookie } = await open(user);
    const again = await login(user, PASSWORD, { cookie });
    expect(again.status).toBe(201);
    expect([await statusOf(cookie), await statusOf(again.cookie)]).toEqual([401, 200]);
  });

  it('from a page of another origin is refused', async () => {
    const user = await newUser();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const { status, body } = await login(user, PASSWORD, headers);
      expect({ headers, status, code: body.code }).toEqual({
        headers,
        status: 403,
        code: 'access.csrf_failed',
      });
    }
    const own = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await login(user, PASSWORD, own)).status).toBe(201);
  });

  it('is held for an address that guesses, and for nobody else', async () => {
    const user = await newUser();
    const attacker = { ...user, address: newAddress() };
    for (let i = 0; i < 10; i += 1) expect((await login(attacker, `wrong ${i}`)).status).toBe(401);
    const held = await login(attacker);
    expect(held).toMatchObject({ status: 429, body: { code: 'access.too_many_attempts' } });
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await login(user)).status).toBe(201);
  });
});

describe('a session', () => {
  it('changes something only for a page of its own origin that has its token', async () => {
    const [user, other] = [await newUser({ roles: ['owner'] }), await newUser()];
    const { cookie, own } = await open(user);
    const token = own.headers['x-csrf-token'];
    const { token: foreign } = await login(other);
    const body = { name: 'made by a session' };
    const tries: [headers: Record<string, string>, status: number][] = [
      [{}, 403],
      [{ 'x-csrf-token': '' }, 403],
      [{ 'x-csrf-token': foreign }, 403],
      [{ 'x-csrf-token': `${token}x` }, 403],
      [{ 'x-csrf-token': token, origin: 'https://evil.example' }, 403],
      [{ 'x-csrf-token': token, origin: `http://${host}.evil.example` }, 403],
      [{ 'x-csrf-token': token, 'sec-fetch-site': 'same-site' }, 403],
      [{ 'x-csrf-token': token, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 201],
      [{ 'x-csrf-token': token }, 201],
    ];
    for (const [headers, status] of tries) {
      const reply = await ask('POST', '/v1/keys', { cookie, body, headers });
      expect({ headers, status: reply.status }).toEqual({ headers, status });
    }
    expect(await statusOf(cookie, '/v1/keys')).toBe(200);
  });

  it('does not count beside a key that is sent, which needs no token', async () => {
    const { cookie } = await open(await newUser());
    const key = await fixture.addKey({ roles: ['owner'] });
    const headers = { authorization: `Bearer ${key}` };
    expect((await ask('POST', '/v1/keys', { cookie, headers, body: { name: 'desk' } })).status).toBe(201);
    expect((await ask('GET', '/v1/session', { cookie, headers })).status).toBe(404);
    const wrong = { authorization: 'Bearer nonsense' };
    expect((await ask('GET', '/v1/session', { cookie, headers: wrong })).status).toBe(401);
  });

  it('ends by logging out, and its cookie is taken away', async () => {
    const { cookie, id, own } = await open(await newUser());
    expect((await ask('DELETE', '/v1/session', { cookie })).status).toBe(403);
    const { status, body, setCookie } = await ask('DELETE', '/v1/session', own);
    expect({ status, body }).toEqual({ status: 200, body: { ended: [id] } });
    expect(setCookie).toMatch(/^btcf_session=; Max-Age=0; Path=\//);
    expect(await statusOf(cookie)).toBe(401);
  });

  it.each(['', 'x', 'x.y', `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.${'a'.repeat(43)}`])(
    'is not opened by the cookie %j',
    async (text) => {
      const reply = await ask('GET', '/v1/session', { cookie: `btcf_session=${text}` });
      expect(reply).toMatchObject({ status: 401, body: { code: 'access.unauthenticated' } });
    },
  );

  it('is not opened by its id with another secret', async () => {
    const { cookie } = await open(await newUser());
    const other = await open(await newUser());
    const mixed = `${cookie.split('.')[0]}.${other.cookie.split('.')[1]}`;
    expect(await statusOf(mixed)).toBe(401);
  });

  it('can be seen and ended by its user alone', async () => {
    const user = await newUser();
    const [first, second] = [await open(user), await open(user)];
    const stranger = await open(await newUser({ roles: ['admin'] }));
    const { data } = SessionsReply.parse((await ask('GET', '/v1/sessions', { cookie: second.cookie })).body);
    expect(data.map(({ id, isCurrent }) => [id, isCurrent])).toEqual([
      [second.id, true],
      [first.id, false],
    ]);
    const path = `/v1/sessions/${first.id}`;
    expect(await ask('DELETE', path, stranger.own)).toMatchObject({
      status: 404,
      body: { code: 'session.not_found' },
    });
    expect((await ask('DELETE', path, second.own)).status).toBe(200);
    expect([await statusOf(first.cookie), await statusOf(second.cookie)]).toEqual([401, 200]);
  });
});

describe('the cookie of a session', () => {
  /** What a browser sends to open a WebSocket, which may carry no header of the page's own. */
  const upgrade = (cookie: string, origin: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(fixture.url);
      const headers = { connection: 'Upgrade', upgrade: 'websocket', cookie, origin };
      const asked = request({ host: '127.0.0.1', port, path: '/v1/models', headers });
      asked.once('response', (response) => resolve(response.resume().statusCode ?? 0));
      asked.once('error', reject);
      asked.end();
    });

  it('opens no WebSocket for a page of another origin', async () => {
    const { cookie } = await open(await newUser());
    expect(await upgrade(cookie, 'https://evil.example')).toBe(403);
    expect(await upgrade(cookie, `http://${host}`)).toBe(200);
  });
});

describe('a password', () => {
  it('is changed by who knows it; every session ends, and a new one begins', async () => {
    const user = await newUser();
    const [here, elsewhere] = [await open(user), await open(user)];
    const change = (currentPassword: string, newPassword: string) =>
      ask('POST', '/v1/session/password', { ...here.own, body: { currentPassword, newPassword } });
    expect((await change('wrong', NEXT)).body.code).toBe('access.login_failed');
    expect((await change(PASSWORD, 'short')).body.code).toBe('request.invalid');
    expect((await change(PASSWORD, 'aaaaaaaaaaaaaaaaaaaa')).body.code).toBe('request.invalid');
    expect((await change(PASSWORD, PASSWORD)).body.code).toBe('user.conflict');
    const { status, setCookie } = await change(PASSWORD, NEXT);
    const [cookie = ''] = setCookie.split(';');
    expect(status).toBe(200);
    expect([await statusOf(here.cookie), await statusOf(elsewhere.cookie)]).toEqual([401, 401]);
    expect(await statusOf(cookie)).toBe(200);
    expect([(await login(user)).status, (await login(user, NEXT)).status]).toEqual([401, 201]);
  });

  it('is hashed anew at the present cost when its user logs in', async () => {
    const user = await newUser();
    const stored = async (): Promise<string> =>
      (await fixture.dataSource.query('SELECT password_hash FROM users WHERE id = $1', [user.id]))[0]
        .password_hash;
    expect(await stored()).toContain('$ln=4,');
    expect((await login(user)).status).toBe(201);
    expect(await stored()).toContain('$ln=12,r=8,p=3$');
    expect((await login(user)).status).toBe(201);
  });
});
