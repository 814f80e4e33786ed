import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { waitFor } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { openVault } from './open-vault.js';
import type { Vault } from './vault.js';
import { VaultBench } from './vault-bench.fixture.js';

/** VAULT_ROTATIONS=50 for a long look. */
const ROTATIONS = Number(process.env['VAULT_ROTATIONS'] ?? 3);
const CLIENTS = 8;
/** A connection lives a second then. */
const LENT_SECONDS = 12;
const Env = z.object({ REDIS_URL: z.string().optional() });

let bench: VaultBench;
let vault: Vault;
let dataSource: DataSource;

beforeAll(async () => {
  bench = await VaultBench.open();
  await bench.sql(`CREATE TABLE kept (id bigserial)`, `ALTER TABLE kept OWNER TO ${bench.owner}`);
});
afterEach(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
  await vault.close();
});
afterAll(() => bench.close());

async function connect(): Promise<void> {
  const source = { ...bench.env('worker'), VAULT_DATABASE_ROLE: 'database/btcforecast' };
  ({ vault } = await openVault(Env, { name: 'worker', source, patienceMs: 5_000 }));
  dataSource = createDataSource({ url: bench.database.url, applicationName: 'test', login: vault.login });
  await dataSource.initialize();
}

/** Writes all the time from many sides, once in transactions that take a while, and counts what fails. */
function load() {
  const stop = new AbortController();
  const seen = { written: 0, failures: [] as unknown[], users: new Set<string>() };
  const write = async (isSlow: boolean): Promise<void> => {
    const [row] = await dataSource.transaction(async (manager) => {
      const rows = await manager.query(
        'INSERT INTO kept VALUES (DEFAULT) RETURNING session_user AS name, current_user AS role',
      );
      if (isSlow) await manager.query('SELECT pg_sleep(0.3)');
      return rows;
    });
    seen.users.add(row.name);
    seen.written += 1;
    if (row.role !== bench.owner) throw new Error(`acted as ${row.role}`);
  };
  const client = async (number: number): Promise<void> => {
    while (!stop.signal.aborted) {
      await write(number === 0).catch((error: unknown) => seen.failures.push(error));
      await sleep(5);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  const end = async (): Promise<typeof seen> => {
    stop.abort();
    await clients;
    return seen;
  };
  return { seen, end };
}

const sessionsOf = (user: string) =>
  bench.sql(`SELECT 1 FROM pg_stat_activity WHERE usename = '${user}' AND application_name = 'test'`);
const leasesOf = (kind: string) =>
  bench.vault.leases.ids.filter((id) => id.startsWith(kind) && id !== bench.vault.rootToken);
const rows = async () => (await bench.sql('SELECT count(*)::int FROM kept'))[0]!['count'] as number;

describe('users of PostgreSQL that Vault lends', () => {
  it('change again and again under load, and no query fails', async () => {
    await bench.lendFor(LENT_SECONDS, 600);
    await connect();
    const before = await rows();
    const { seen, end } = load();
    for (let rotation = 0; rotation < ROTATIONS; rotation++) {
      const { user } = vault.login!.current();
      const [lease = ''] = leasesOf('database/');
      await waitFor(() => seen.users.has(user), { deadlineMs: 5_000, what: 'queries of this user' });
      vault.login!.refused(user); // as when its life comes to its end
      // Of the old user all connections leave by themselves, so that nothing is cut when it is taken back.
      await waitFor(
        async () => vault.login!.current().user !== user && (await sessionsOf(user)).length === 0,
        {
          deadlineMs: 10_000,
          what: 'no session of the old user',
        },
      );
      await bench.vault.leases.revoke(lease);
      expect(await bench.users()).not.toContain(user);
    }
    const { failures, written, users } = await end();
    expect(failures).toEqual([]);
    expect((await rows()) - before).toBe(written);
    expect(users.size).toBeGreaterThanOrEqual(ROTATIONS);
  });

  it('go on while Vault is away, sealed or overrun, and change as soon as it gives again', async () => {
    await bench.lendFor(60, 600);
    await connect();
    const { seen, end } = load();
    const { user } = vault.login!.current();
    const asked = (status: number) => () =>
      bench.vault.requests.some((each) => each.path.startsWith('database/creds') && each.status === status);
    await bench.vault.stop();
    vault.login!.refused(user);
    const { written } = seen;
    await waitFor(() => seen.written > written + 50, { deadlineMs: 10_000, what: 'queries without Vault' });
    bench.vault.sealed = true;
    await bench.vault.resume();
    await waitFor(asked(503), { deadlineMs: 10_000, what: 'sealed' });
    bench.vault.throttled = 1;
    bench.vault.sealed = false;
    await waitFor(() => vault.login!.current().user !== user, { deadlineMs: 10_000, what: 'another user' });
    expect(asked(429)()).toBe(true);
    expect((await end()).failures).toEqual([]);
  });

  it('are kept by renewal, and PostgreSQL is told until when', async () => {
    await bench.lendFor(2, 600);
    await connect();
    const until = async () =>
      (
        await bench.sql(
          `SELECT max(rolvaliduntil)::text AS at FROM pg_authid WHERE rolname LIKE 'v-approle-%'`,
        )
      )[0]!['at'];
    const first = await until();
    await waitFor(
      () => bench.vault.requests.some(({ path, status }) => path === 'sys/leases/renew' && status === 200),
      { deadlineMs: 10_000, what: 'a renewal' },
    );
    expect(await until()).not.toBe(first);
  });

  it('are replaced when somebody takes one back, and when the token is withdrawn', async () => {
    await bench.lendFor(60, 600);
    await connect();
    const works = () => dataSource.query('SELECT session_user AS name').then(([row]) => row.name as string);
    for (const kind of ['database/', 'hvs.']) {
      const before = await works();
      await Promise.all(leasesOf(kind).map((id) => bench.vault.leases.revoke(id)));
      await waitFor(async () => (await works()) !== before, { deadlineMs: 10_000, what: 'another user' });
      expect(await bench.users()).not.toContain(before);
    }
  });

  it('are gone when the process ends', async () => {
    await connect();
    expect(await bench.users()).toHaveLength(1);
    await dataSource.destroy();
    await vault.close();
    expect(await bench.users()).toEqual([]);
  });

  it('are refused without Redis, where queues and events would lose their connections', async () => {
    await bench.vault.write('secret/data/btcforecast/common', { data: {} });
    await expect(connect()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('VAULT_DATABASE_ROLE needs REDIS_URL'),
    });
  });
});
