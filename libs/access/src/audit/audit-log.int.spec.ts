import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditBody } from '@btcforecast/contracts';
import { createDataSource } from '@btcforecast/database';
import { createLogger, ManualClock, Metrics } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { bodyDigest, linkHash, NO_LINK } from './audit-entry.js';
import { AuditLog } from './audit-log.js';
import { AuditRepository } from './audit.repository.js';

const START = Date.UTC(2026, 0, 1);
const PRINCIPAL = {
  ...{ kind: 'key' as const, id: '0123456789ab', tenant: 'acme', name: 'x', roles: [] },
  ...{ permissions: new Set<never>(), instruments: null, horizons: null },
};
const FACTS = { actor: PRINCIPAL, action: 'keys:write POST /v1/keys', address: '192.0.2.1' };

let database: TestDatabase;
let dataSource: DataSource;
let clock: ManualClock;
let log: AuditLog;

function newLog(): AuditLog {
  return new AuditLog({
    repository: new AuditRepository(dataSource),
    clock,
    logger: createLogger('test', { level: 'silent' }),
    metrics: new Metrics({ service: 'test', region: 'test' }),
  });
}

interface Row {
  readonly seq: string;
  readonly body: string;
  readonly digest: string;
  readonly previous: string;
  readonly hash: string;
}
const rows = () => dataSource.query<Row[]>('SELECT * FROM audit_log ORDER BY seq');
const bodies = async () => (await rows()).map(({ body }) => JSON.parse(body) as AuditBody);
const openRows = () => dataSource.query<{ id: string }[]>('SELECT id FROM audit_open');

beforeEach(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  clock = new ManualClock(START);
  log = newLog();
});
afterEach(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
  await database.drop();
});

async function expectSoundChain(): Promise<void> {
  let previous = NO_LINK;
  for (const [i, row] of (await rows()).entries()) {
    const digest = bodyDigest(row.body);
    expect(row).toMatchObject({ seq: String(i + 1), digest, previous });
    previous = linkHash({ seq: i + 1, digest, previous });
    expect(row.hash).toBe(previous);
  }
}

describe('an action', () => {
  it('is written down before it is done and joins the chain when it has ended', async () => {
    const action = await log.begin({ ...FACTS, requestId: 'r-1', userAgent: 'curl/8' });
    expect(await openRows()).toHaveLength(1);
    expect(await rows()).toEqual([]);
    action.note({ subject: 'key 1', detail: { roles: 'viewer' } });
    action.note({ detail: { expires: null } });
    action.end({ status: 201 });
    action.end({ status: 500 });
    await log.flush();
    expect(await bodies()).toEqual([
      {
        id: expect.any(String),
        at: '2026-01-01T00:00:00.000Z',
        tenant: 'acme',
        kind: 'key',
        actor: 'key 0123456789ab',
        action: 'keys:write POST /v1/keys',
        subject: 'key 1',
        address: '192.0.2.1',
        userAgent: 'curl/8',
        requestId: 'r-1',
        outcome: 'done',
        status: 201,
        code: null,
        count: 1,
        detail: { roles: 'viewer', expires: null },
      },
    ]);
    expect(await openRows()).toEqual([]);
    await expectSoundChain();
  });

  it('does not begin when it cannot be written down', async () => {
    await dataSource.query('ALTER TABLE audit_open RENAME TO elsewhere');
    await expect(log.begin(FACTS)).rejects.toMatchObject({ kind: 'transient', code: 'audit.unavailable' });
  });

  it('that ended while the database was away is entered when it is back', async () => {
    const action = await log.begin(FACTS);
    await dataSource.query('ALTER TABLE audit_log RENAME TO elsewhere');
    action.end({ status: 200 });
    await log.flush();
    await dataSource.query('ALTER TABLE elsewhere RENAME TO audit_log');
    await log.flush();
    expect(await bodies()).toMatchObject([{ outcome: 'done' }]);
  });

  it('whose process died over it is entered as unknown, and once more if it ended after all', async () => {
    const action = await log.begin(FACTS);
    await dataSource.query(`UPDATE audit_open SET opened_at = now() - interval '11 minutes'`);
    const repository = new AuditRepository(dataSource);
    const entered = await Promise.all([repository.enterAbandoned(), repository.enterAbandoned()]);
    expect(entered.reduce((a, b) => a + b)).toBe(1);
    expect(await bodies()).toMatchObject([{ outcome: 'unknown', status: null }]);
    action.end({ status: 200 });
    await log.flush();
    const [first, second] = await bodies();
    expect(second).toMatchObject({ id: `${first?.id}:end`, outcome: 'done' });
    expect(await openRows()).toEqual([]);
    await expectSoundChain();
  });

  it('is entered once however often its batch is written', async () => {
    const repository = new AuditRepository(dataSource);
    const texts: string[] = [];
    const append = repository.append.bind(repository);
    repository.append = async (batch) => {
      texts.push(...batch);
      await append(batch);
      if (texts.length === 1) throw new Error('the connection ended over the commit');
    };
    log = new AuditLog({
      repository,
      clock,
      logger: createLogger('test', { level: 'silent' }),
      metrics: new Metrics({ service: 'test', region: 'test' }),
    });
    (await log.begin(FACTS)).end({ status: 200 });
    await log.flush();
    await log.flush();
    expect(texts).toHaveLength(2);
    expect(await rows()).toHaveLength(1);
  });

  it('keeps no key, no control character and no huge text, wherever it was put', async () => {
    const secret = `btcf_0123456789ab_${'s'.repeat(43)}`;
    const nasty = `a\u0000b\nc\ud800 ${secret} ${'x'.repeat(500)}`;
    const action = await log.begin({ ...FACTS, subject: nasty, userAgent: nasty, requestId: nasty });
    action.note({ detail: { [nasty]: nasty, nan: NaN } });
    action.end({ status: 200 });
    await log.flush();
    const [row] = await rows();
    expect(row?.body).not.toContain('sss');
    expect(row?.body.length).toBeLessThan(1_500);
    const [body] = await bodies();
    expect(body?.subject).toMatch(/^a b c\ufffd btcf_… x+$/);
    expect(body?.detail['nan']).toBeNull();
  });
});

describe('several gateways at once', () => {
  it('write one chain', async () => {
    const logs = [log, newLog(), newLog()];
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const each = logs[i % 3]!;
        (await each.begin({ ...FACTS, subject: String(i) })).end({ status: 200 });
        await each.flush();
      }),
    );
    await Promise.all(logs.map((each) => each.close()));
    const subjects = (await bodies()).map(({ subject }) => Number(subject));
    expect(subjects.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    await expectSoundChain();
  });
});

describe('a flood of refusals', () => {
  const refusal = { status: 401, code: 'access.unauthenticated' };
  const from = (address: string) => ({
    actor: 'anonymous' as const,
    action: 'keys:read GET /v1/keys',
    address,
  });

  it('from one source to one route is one row with its number', async () => {
    for (let i = 0; i < 10_000; i += 1) log.refuse(from('192.0.2.1'), refusal);
    log.refuse(from('192.0.2.2'), refusal);
    await log.flush();
    expect(await bodies()).toMatchObject([
      {
        tenant: null,
        actor: 'anonymous',
        address: '192.0.2.1',
        outcome: 'refused',
        count: 10_000,
        ...refusal,
      },
      { address: '192.0.2.2', count: 1 },
    ]);
  });

  it('from many sources fills neither the memory nor the disk, and none of it goes uncounted', async () => {
    let sent = 0;
    for (let second = 0; second < 200; second += 1) {
      for (let i = 0; i < 300; i += 1) log.refuse(from(`2001:db8::${second}:${i}`), refusal);
      sent += 300;
      await log.flush();
      clock.advance(1_000);
    }
    clock.advance(60_000);
    await log.flush();
    const entered = await bodies();
    expect(entered.length).toBeLessThan(3_700);
    expect(entered.reduce((sum, { count }) => sum + count, 0)).toBe(sent);
    await expectSoundChain();
  });
});

describe('the audit log', () => {
  it.each([
    `UPDATE audit_log SET body = replace(body, 'acme', 'evil')`,
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
  ])('refuses: %s', async (statement) => {
    (await log.begin(FACTS)).end({ status: 200 });
    await log.flush();
    await expect(dataSource.query(statement)).rejects.toThrow('audit_log rows are immutable');
  });
});
