import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { testDatabase } from './test-database.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('testDatabase', () => {
  it('gives each caller a migrated database of its own', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    await query(one.url, 'CREATE TABLE only_here (id int)');
    expect(await query(one.url, 'SELECT name FROM schema_migrations')).not.toEqual([]);
    expect(await query(other.url, "SELECT to_regclass('only_here') AS found")).toEqual([{ found: null }]);
    await Promise.all([one.drop(), other.drop()]);
  });

  it('gives an empty database to tests of the migrations', async () => {
    const empty = await testDatabase({ migrated: false });
    expect(await query(empty.url, "SELECT to_regclass('schema_migrations') AS found")).toEqual([
      { found: null },
    ]);
    await empty.drop();
  });

  it('drops the database even while a session is open', async () => {
    const { url, drop } = await testDatabase();
    const session = new Client({ connectionString: url });
    session.on('error', () => undefined);
    await session.connect();
    await drop();
    await expect(query(url, 'SELECT 1')).rejects.toThrow('does not exist');
  });
});
