import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { AttemptLimiters, createLogger, ManualClock, Metrics } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { CredentialThrottle } from '../throttle/credential-throttle.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { UserAdministration } from '../users/user-administration.service.js';
import { SessionAdministration } from './session-administration.service.js';
import { SessionRepository } from './session.repository.js';
import { SessionService } from './session.service.js';

const MINUTE_MS = 60_000;
const times = { idleMs: 30 * MINUTE_MS, maxMs: 8 * 60 * MINUTE_MS };
const ended = { kind: 'caller', code: 'access.unauthenticated' };
const logger = createLogger('test', { level: 'silent' });
const passwords = new PasswordHasher({ log2N: 2, blockSize: 1, parallelism: 1 });
const PASSWORD = 'a few words that nobody guesses';

let database: TestDatabase;
let dataSource: DataSource;
let clock: ManualClock;
let throttle: CredentialThrottle;
let here: Gateway;
let there: Gateway;
let nextUser = 0;

/** What one process has; several share the database. */
function openGateway() {
  const repository = new SessionRepository(dataSource);
  const sessions = new SessionService({ repository, times, clock, logger });
  const onChanged = () => sessions.forget();
  return {
    sessions,
    users: new UserAdministration({ dataSource, passwords, clock, onChanged }),
    door: new SessionAdministration({ dataSource, passwords, sessions, throttle, times, clock }),
  };
}
type Gateway = ReturnType<typeof openGateway>;

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
});
beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2025, 0, 1));
  const limiters = await AttemptLimiters.create({ logger });
  const metrics = new Metrics({ service: 'test', region: 'test' });
  throttle = new CredentialThrottle({ limiters, clock, logger, metrics });
  [here, there] = [openGateway(), openGateway()];
});
afterAll(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
  await database.drop();
});

async function addUser() {
  const email = `user${++nextUser}@example.com`;
  const rest = { name: 'Ada', password: PASSWORD, roles: ['viewer'], instruments: null, horizons: null };
  return here.users.add({ tenant: 'default', email, ...rest }, 'test');
}
const login = (gateway: Gateway, email: string, password = PASSWORD) =>
  gateway.door.login({ tenant: 'default', email, password }, { ip: '192.0.2.1', userAgent: undefined });

describe('a session', () => {
  it('ends when it is not used for long enough, and not while it is used', async () => {
    const { text } = await login(here, (await addUser()).email);
    for (let i = 0; i < 5; i += 1) {
      clock.advance(times.idleMs - 1);
      await here.sessions.verify(text);
    }
    clock.advance(times.idleMs);
    await expect(here.sessions.verify(text)).rejects.toMatchObject(ended);
    expect(() => here.sessions.verifyFromMemory(text)).toThrow(expect.objectContaining(ended));
  });

  it('ends in any case at its age, however busy it is', async () => {
    const { text, reply } = await login(here, (await addUser()).email);
    expect(Date.parse(reply.expiresAt) - Date.parse(reply.createdAt)).toBe(times.maxMs);
    for (let elapsedMs = 0; elapsedMs + MINUTE_MS < times.maxMs; elapsedMs += MINUTE_MS) {
      clock.advance(MINUTE_MS);
      await here.sessions.verify(text);
    }
    clock.advance(MINUTE_MS);
    await expect(here.sessions.verify(text)).rejects.toMatchObject(ended);
  });

  it('goes on in every process, which know of each other’s uses', async () => {
    const { text } = await login(here, (await addUser()).email);
    await there.sessions.verify(text);
    clock.advance(times.idleMs - MINUTE_MS);
    await here.sessions.verify(text);
    await here.sessions.close();
    await there.sessions.refresh();
    clock.advance(2 * MINUTE_MS);
    await expect(there.sessions.verify(text)).resolves.toMatchObject({ address: '192.0.2.1' });
  });

  it('that is ended in one process is refused by another once that has read again', async () => {
    const user = await addUser();
    const { text, principal } = await login(here, user.email);
    await there.sessions.verify(text);
    await here.door.end(principal, principal.session!);
    await expect(here.sessions.verify(text)).rejects.toMatchObject(ended);
    expect(there.sessions.verifyFromMemory(text)).toBeDefined();
    await there.sessions.refresh();
    expect(() => there.sessions.verifyFromMemory(text)).toThrow(expect.objectContaining(ended));
    await expect(there.sessions.current(principal.session!)).resolves.toBeNull();
  });

  it('begun with a password that is changed meanwhile opens nothing', async () => {
    const user = await addUser();
    const [{ principal }] = [await login(here, user.email)];
    const logins = Array.from({ length: 8 }, () => login(there, user.email).catch(() => undefined));
    const asked = { currentPassword: PASSWORD, newPassword: 'some other words, which are new' };
    const changed = await here.door.changePassword(principal, asked, { ip: '192.0.2.9', userAgent: '' });
    const opened = (await Promise.all(logins)).flatMap((each) => each?.text ?? []);
    await Promise.all([here, there].map(({ sessions }) => sessions.refresh()));
    for (const text of opened) await expect(here.sessions.verify(text)).rejects.toMatchObject(ended);
    await expect(here.sessions.verify(changed.text)).resolves.toMatchObject({ principal: { id: user.id } });
  });

  it('is one of twenty at most of a user: the oldest goes', async () => {
    const user = await addUser();
    const texts: string[] = [];
    for (let i = 0; i < 22; i += 1) {
      texts.push((await login(here, user.email)).text);
      clock.advance(1);
    }
    for (const text of texts.slice(0, 2))
      await expect(here.sessions.verify(text)).rejects.toMatchObject(ended);
    for (const text of texts.slice(2)) await here.sessions.verify(text);
  });

  it('that has ended leaves the database when somebody logs in', async () => {
    const user = await addUser();
    await login(here, user.email);
    clock.advance(times.maxMs + 1);
    await login(here, user.email);
    const rows = await dataSource.query('SELECT id FROM sessions WHERE user_id = $1', [user.id]);
    expect(rows).toHaveLength(1);
  });
});
