import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AuditExportEnd,
  type AuditExportEntry,
  AuditQuery,
  type AuditReply,
  type Role,
} from '@btcforecast/contracts';
import { createDataSource } from '@btcforecast/database';
import { createLogger, ManualClock, Metrics } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import type { Principal } from '../principal.js';
import { AuditLog } from './audit-log.js';
import { AuditQueries } from './audit-queries.js';
import { AuditVerifier } from './audit-verifier.js';
import { AuditRepository } from './audit.repository.js';

const START = Date.UTC(2026, 0, 1);
const COUNT = 240;

let database: TestDatabase;
let dataSource: DataSource;
let queries: AuditQueries;

function principal(tenant: string, id: string, role: Role = 'owner'): Principal {
  const rights = { permissions: new Set<never>(), instruments: null, horizons: null };
  return { kind: 'key', id, tenant, name: 'x', roles: [role], ...rights };
}
const ACME = principal('acme', 'a'.repeat(12));
const OTHER = principal('other', 'b'.repeat(12), 'operator');
const ADMIN = principal('default', 'c'.repeat(12), 'admin');

/** One a second, of both tenants in turn, every tenth refused. */
beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  queries = new AuditQueries(dataSource);
  const clock = new ManualClock(START);
  const log = new AuditLog({
    ...{ repository: new AuditRepository(dataSource), clock },
    ...{ logger: createLogger('test', { level: 'silent' }) },
    metrics: new Metrics({ service: 'test', region: 'test' }),
  });
  for (let i = 0; i < COUNT; i += 1) {
    const actor = i % 2 === 0 ? ACME : OTHER;
    const action = i % 3 === 0 ? 'keys:write POST /v1/keys' : 'alerts:write POST /v1/alerts';
    const facts = { actor, action, subject: String(i) };
    if (i % 10 === 0) log.refuse(facts, { status: 403, code: 'access.forbidden' });
    else (await log.begin(facts)).end({ status: 200 });
    await log.flush();
    clock.advance(1_000);
  }
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const ask = (query: object, reader: Principal) => queries.list(AuditQuery.parse(query), reader);
const subjects = ({ data }: AuditReply) => data.map(({ subject }) => Number(subject));
const numbers = (keep: (i: number) => boolean) =>
  Array.from({ length: COUNT }, (_, i) => COUNT - 1 - i).filter(keep);

async function all(query: object, reader: Principal): Promise<number[]> {
  const found: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: AuditReply = await ask({ ...query, ...(cursor && { cursor }) }, reader);
    found.push(...subjects(page));
    cursor = page.next;
  }
  return found;
}

describe('the list of the audit log', () => {
  it('shows the entries of one tenant and no others, newest first, each once over its pages', async () => {
    expect(await all({ limit: 7 }, ACME)).toEqual(numbers((i) => i % 2 === 0));
    expect(await all({ limit: '100' }, OTHER)).toEqual(numbers((i) => i % 2 === 1));
    expect(await all({}, ADMIN)).toEqual(numbers(() => true));
  });

  it('shows nothing of another tenant to whoever names it, but to an admin', async () => {
    expect(await all({ tenant: 'other' }, ACME)).toEqual([]);
    expect(await all({ tenant: 'acme' }, ACME)).toHaveLength(COUNT / 2);
    expect(await all({ tenant: 'other' }, ADMIN)).toEqual(numbers((i) => i % 2 === 1));
  });

  it.each([
    [{ from: '2026-01-01T00:01:00Z', to: '2026-01-01T00:02:00Z' }, (i: number) => i >= 60 && i < 120],
    [{ actor: `key ${ACME.id}` }, (i: number) => i % 2 === 0],
    [{ actor: 'key' }, () => false],
    [{ action: 'keys:write' }, (i: number) => i % 3 === 0],
    [{ action: '%' }, () => false],
    [{ outcome: 'refused' }, (i: number) => i % 10 === 0],
    [{ outcome: 'done', action: 'alerts:write POST /v1/alerts' }, (i: number) => i % 10 !== 0 && i % 3 !== 0],
  ])('can be narrowed by %j', async (query, keep) => {
    expect(await all({ ...query, limit: 100 }, ADMIN)).toEqual(numbers(keep));
  });

  it('refuses a cursor that it has not given out', async () => {
    await expect(ask({ cursor: 'x' }, ACME)).rejects.toMatchObject({ code: 'request.cursor_invalid' });
  });
});

describe('an export of the audit log', () => {
  async function exported(after: number, reader: Principal) {
    const lines: (AuditExportEntry | AuditExportEnd)[] = [];
    for await (const line of queries.export(after, reader)) lines.push(line);
    const verifier = new AuditVerifier(after);
    for (const line of lines) {
      if ('end' in line) verifier.addEnd(line);
      else verifier.addEntry(line);
    }
    return { summary: verifier.summary(), text: JSON.stringify(lines) };
  }

  it('can be checked by a tenant, who sees nothing of the others but links', async () => {
    const { summary, text } = await exported(0, ACME);
    expect(summary).toMatchObject({ first: 1, last: COUNT, own: COUNT / 2, others: COUNT / 2 });
    expect(summary.outcomes).toEqual({ done: 96, refused: 24 });
    expect(text).not.toContain(OTHER.id);
    const whole = await exported(0, ADMIN);
    expect(whole.summary).toMatchObject({ own: COUNT, others: 0, head: summary.head });
  });

  it('can begin at a later place, also at the very end, and at no place that does not exist yet', async () => {
    expect((await exported(200, ACME)).summary).toMatchObject({ first: 201, last: COUNT });
    expect((await exported(COUNT, ACME)).summary).toMatchObject({ own: 0, last: COUNT });
    await expect(exported(COUNT + 1, ACME)).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
