import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { createLogger } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { type Admission, IdempotencyKeys } from './idempotency-keys.js';
import { IdempotencyRepository, type StoredReply } from './idempotency.repository.js';

const SCOPE = { tenant: 'acme', actor: 'key 0123456789ab', key: 'k-1' };
const [ONE, OTHER] = ['1'.repeat(64), '2'.repeat(64)];
const REPLY: StoredReply = {
  status: 201,
  headers: { 'content-type': 'application/json; charset=utf-8', location: '/v1/things/1' },
  body: Buffer.from('{"id":1}'),
};

let database: TestDatabase;
let dataSource: DataSource;
let keys: IdempotencyKeys;
const newKeys = () =>
  new IdempotencyKeys(new IdempotencyRepository(dataSource), createLogger('test', { level: 'silent' }));

beforeEach(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  keys = newKeys();
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

function held(admission: Admission) {
  if (admission.kind === 'first') return admission.held;
  throw new Error('it was not the first');
}
/** All connections end, and those that are made until it is undone can only read, as those to a standby. */
async function readOnly() {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  const set = (to: string) =>
    runner.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${to}', current_database()); END $$`,
    );
  const endOthers = () =>
    runner.query(
      'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  await set('on');
  await endOthers();
  return {
    async again() {
      await set('off');
      await endOthers();
      await runner.release();
    },
  };
}
const endLeases = () => dataSource.query(`UPDATE idempotency_keys SET leased_until = now() - interval '1 s'`);

describe('an idempotency key', () => {
  it('lets exactly one of many through, whichever gateway they come to', async () => {
    const gateways = [keys, newKeys(), newKeys()];
    for (let round = 0; round < 10; round += 1) {
      const scope = { ...SCOPE, key: `round-${round}` };
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => gateways[i % 3]!.admit(scope, ONE)),
      );
      const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
      expect(refused).toHaveLength(19);
      for (const error of refused) {
        expect(error).toMatchObject({ code: 'idempotency.in_progress', details: { retryAfterSeconds: 1 } });
      }
    }
  });

  it('brings the kept reply again, also after a restart', async () => {
    await keys.complete(held(await keys.admit(SCOPE, ONE)), REPLY);
    await keys.close();
    expect(await newKeys().admit(SCOPE, ONE)).toEqual({ kind: 'repeated', reply: REPLY });
  });

  it('is refused with another request, whether the first runs or has ended', async () => {
    const reused = { code: 'idempotency.key_reused' };
    const first = held(await keys.admit(SCOPE, ONE));
    await expect(keys.admit(SCOPE, OTHER)).rejects.toMatchObject(reused);
    await keys.complete(first, REPLY);
    await expect(keys.admit(SCOPE, OTHER)).rejects.toMatchObject(reused);
  });

  it('of another caller or tenant is another key', async () => {
    await keys.complete(held(await keys.admit(SCOPE, ONE)), REPLY);
    for (const scope of [
      { ...SCOPE, actor: 'key other' },
      { ...SCOPE, tenant: 'other' },
    ]) {
      expect((await keys.admit(scope, OTHER)).kind).toBe('first');
    }
  });

  it('that was set free may be used as if it had never been', async () => {
    await keys.release(held(await keys.admit(SCOPE, ONE)));
    expect((await keys.admit(SCOPE, OTHER)).kind).toBe('first');
  });

  it('of a process that died is free when its lease has ended, and only one gets it', async () => {
    const dead = held(await keys.admit(SCOPE, ONE));
    await endLeases();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => newKeys().admit(SCOPE, ONE)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await keys.complete(dead, REPLY); // too late: it is somebody else's now
    await expect(keys.admit(SCOPE, ONE)).rejects.toMatchObject({ code: 'idempotency.in_progress' });
  });

  it('of a request that runs long is renewed', async () => {
    await keys.admit(SCOPE, ONE);
    await endLeases();
    await keys.renew();
    await expect(newKeys().admit(SCOPE, ONE)).rejects.toMatchObject({ code: 'idempotency.in_progress' });
  });

  it('whose reply the database would not take is held until it does', async () => {
    const first = held(await keys.admit(SCOPE, ONE));
    await dataSource.query('ALTER TABLE idempotency_keys RENAME TO elsewhere');
    await keys.complete(first, REPLY);
    await keys.renew();
    await dataSource.query('ALTER TABLE elsewhere RENAME TO idempotency_keys');
    await expect(newKeys().admit(SCOPE, ONE)).rejects.toMatchObject({ code: 'idempotency.in_progress' });
    await keys.renew();
    expect((await newKeys().admit(SCOPE, ONE)).kind).toBe('repeated');
  });

  it('waits for a server that is no primary yet, and is then taken once', async () => {
    const primary = await readOnly();
    const admitted = keys.admit(SCOPE, ONE, 20_000);
    await expect(newKeys().admit({ ...SCOPE, key: 'k-2' }, ONE)).rejects.toThrow(
      /read-only transaction|terminated/,
    );
    await primary.again();
    expect((await admitted).kind).toBe('first');
    await expect(newKeys().admit(SCOPE, ONE)).rejects.toMatchObject({ code: 'idempotency.in_progress' });
  });

  it('is taken by the claim whose answer was lost, when it is made again, and by no other', async () => {
    const repository = new IdempotencyRepository(dataSource);
    const [owner, other] = [randomUUID(), randomUUID()];
    expect(await repository.claim(SCOPE, ONE, owner)).toEqual({ state: 'ours' });
    expect(await repository.claim(SCOPE, ONE, owner)).toEqual({ state: 'ours' });
    expect(await repository.claim(SCOPE, ONE, other)).toMatchObject({ state: 'running' });
  });

  it('is set free although the server is no primary at that moment, and whoever waits for it gets it', async () => {
    const first = held(await keys.admit(SCOPE, ONE));
    const primary = await readOnly();
    await keys.release(first); // it does not wait until the database is back
    const repeated = newKeys().admit(SCOPE, ONE, 20_000);
    await primary.again();
    expect((await repeated).kind).toBe('first');
  });

  it('brings whoever waits the reply of the request that runs', async () => {
    const first = held(await keys.admit(SCOPE, ONE));
    const repeated = newKeys().admit(SCOPE, ONE, 20_000);
    const other = newKeys().admit(SCOPE, OTHER, 20_000);
    await expect(other).rejects.toMatchObject({ code: 'idempotency.key_reused' });
    await keys.complete(first, REPLY);
    expect(await repeated).toEqual({ kind: 'repeated', reply: REPLY });
  });

  it('is not waited for longer than said, and what is taken too late is given back', async () => {
    const blocker = dataSource.createQueryRunner();
    await blocker.connect();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE idempotency_keys');
    await expect(keys.admit(SCOPE, ONE, 50)).rejects.toMatchObject({ code: 'database.unavailable' });
    await blocker.commitTransaction();
    await blocker.release();
    expect((await newKeys().admit(SCOPE, ONE, 20_000)).kind).toBe('first');
  });

  it('may be given its reply twice, for the database may have taken it without saying so', async () => {
    const { owner } = held(await keys.admit(SCOPE, ONE));
    const repository = new IdempotencyRepository(dataSource);
    expect([await repository.complete(owner, REPLY), await repository.complete(owner, REPLY)]).toEqual([
      true,
      true,
    ]);
  });

  it('of a reply that showed a secret does not bring it again', async () => {
    await keys.complete(held(await keys.admit(SCOPE, ONE)), { ...REPLY, body: null });
    await expect(keys.admit(SCOPE, ONE)).rejects.toMatchObject({
      code: 'idempotency.secret_not_replayable',
    });
  });

  it('is kept for a day, then free, and then gone', async () => {
    await keys.complete(held(await keys.admit(SCOPE, ONE)), REPLY);
    await keys.complete(held(await keys.admit({ ...SCOPE, key: 'k-2' }, ONE)), REPLY);
    const [row] = await dataSource.query<{ hours: number }[]>(
      `SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours FROM idempotency_keys`,
    );
    expect(row?.hours).toBe(24);
    await dataSource.query(`UPDATE idempotency_keys SET expires_at = now() - interval '1 s'`);
    expect((await keys.admit(SCOPE, OTHER)).kind).toBe('first');
    expect(await new IdempotencyRepository(dataSource).prune()).toBe(1);
    expect(await new IdempotencyRepository(dataSource).prune()).toBe(0);
  });
});
