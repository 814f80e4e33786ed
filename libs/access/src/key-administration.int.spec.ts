import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { ManualClock } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { KeyAdministration } from './key-administration.service.js';
import { permissionsOf, type Principal } from './principal.js';

const asked = {
  ...{ name: 'desk', roles: ['viewer' as const], scopes: null, allowedAddresses: null },
  ...{ requireSignature: false, expiresAt: null },
};

let database: TestDatabase;
let dataSource: DataSource;
let keys: KeyAdministration;
beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const clock = new ManualClock(Date.UTC(2025, 0, 1));
  keys = new KeyAdministration({ dataSource, clock, onChanged: () => undefined });
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => dataSource.query('TRUNCATE api_keys CASCADE'));

const by: Principal = {
  ...{ kind: 'key', id: 'abcdefghijkl', tenant: 'default', name: 'administrator', roles: ['admin'] },
  ...{ permissions: permissionsOf(['admin'], null), instruments: null, horizons: null },
};

describe('a new key', () => {
  it('takes two statements, for each is a way over an ocean', async () => {
    const statements = jest.spyOn(dataSource.logger, 'logQuery');
    const { id } = await keys.create(by, asked);
    expect(statements.mock.calls.map(([text]) => text.split(' ', 1)[0])).toEqual(['SELECT', 'INSERT']);
    statements.mockRestore();
    expect(await keys.get(by, { id })).toMatchObject({ id, name: 'desk' });
  });

  it('is refused to a tenant that has 500 open ones', async () => {
    await dataSource.query(
      `INSERT INTO api_keys (id, tenant, name, secret_hash, roles, created_at)
       SELECT lpad(n::text, 12, 'k'), 'default', 'many', '', '{viewer}', now() FROM generate_series(1, 500) AS n`,
    );
    await expect(keys.create(by, asked)).rejects.toMatchObject({ code: 'key.conflict' });
    await dataSource.query('UPDATE api_keys SET revoked_at = now()');
    await expect(keys.create(by, asked)).resolves.toMatchObject({ state: 'active' });
  });

  it('is not made for a tenant that does not exist', async () => {
    await expect(keys.create(by, asked, 'nobody')).rejects.toMatchObject({ code: 'tenant.not_found' });
  });
});
