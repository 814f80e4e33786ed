import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PasswordHasher } from '@btcforecast/access';
import { createDataSource, UserEntity } from '@btcforecast/database';
import { testDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { capturedOutput } from '../test/captured-output.js';
import { main } from './main.js';

const PASSWORD = 'a few words that nobody guesses';

let folder: string;
let database: Awaited<ReturnType<typeof testDatabase>>;
let dataSource: DataSource;
const output = capturedOutput();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-users-'));
  await writeFile(join(folder, 'password'), `${PASSWORD}\n`);
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
});
afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  process.env['DATABASE_URL'] = database.url;
});
afterEach(() => {
  delete process.env['DATABASE_URL'];
});

const add = (email: string, ...options: string[]) =>
  main(['users', 'add', email, '--name', 'Ada', '--password-file', join(folder, 'password'), ...options]);
const stored = (email: string) =>
  dataSource.getRepository(UserEntity).findOneByOrFail({ email, tenant: 'default' });

describe('btcf users add', () => {
  it('adds an owner with a password that is made, shown once, and enters it into the audit log', async () => {
    expect(await main(['users', 'add', 'Ada@Example.com', '--name', 'Ada', '--json'])).toBe(0);
    const { password, ...user } = JSON.parse(output.said) as { password: string; email: string; id: string };
    expect(user).toMatchObject({ email: 'ada@example.com', roles: ['owner'], createdBy: 'system btcf' });
    const { passwordHash } = await stored('ada@example.com');
    expect(await new PasswordHasher().verify(password, passwordHash)).toMatchObject({ matches: true });
    const [entry] = await dataSource.query('SELECT body FROM audit_log ORDER BY seq DESC LIMIT 1');
    expect(JSON.parse(entry.body)).toMatchObject({
      actor: 'system btcf',
      subject: user.id,
      outcome: 'done',
      detail: { tenant: 'default', roles: 'owner' },
    });
    expect(entry.body).not.toContain(password);
  });

  it('takes the password from a file, and says nothing of it', async () => {
    expect(await add('bob@example.com', '--role', 'viewer,developer')).toBe(0);
    expect(output.said).toBe('added bob@example.com, viewer, developer of default\n');
    const { passwordHash } = await stored('bob@example.com');
    expect(await new PasswordHasher().verify(PASSWORD, passwordHash)).toMatchObject({ matches: true });
  });

  it('refuses an address that is taken, a tenant that is not there and a weak password', async () => {
    expect(await add('eve@example.com')).toBe(0);
    expect(await add('eve@example.com')).toBe(1);
    expect(output.said).toContain('with this e-mail address is there already');
    expect(await add('eve@example.com', '--tenant', 'nowhere')).toBe(1);
    expect(output.said).toContain('there is no tenant nowhere');
    await writeFile(join(folder, 'weak'), 'short\n');
    expect(await add('eva@example.com', '--password-file', join(folder, 'weak'))).toBe(1);
    expect(output.said).toContain('password: must have at least 15 characters');
    expect(await add('eva@example.com', '--password-file', join(folder, 'absent'))).toBe(1);
    expect(output.said).toContain('the password cannot be read');
  });

  it.each([[['nobody']], [['a@example.com', '--role', 'root']], [['a@example.com', '--tenant', 'Big Corp']]])(
    'does not understand %j',
    async ([email = '', ...options]) => {
      expect(await add(email, ...options)).toBe(2);
    },
  );
});
