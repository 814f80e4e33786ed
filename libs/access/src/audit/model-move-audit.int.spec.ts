import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditBody } from '@btcforecast/contracts';
import { createDataSource } from '@btcforecast/database';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { AuditRepository } from './audit.repository.js';
import { ModelMoveAudit } from './model-move-audit.js';

let database: TestDatabase;
let dataSource: DataSource;
const newAudit = () => new ModelMoveAudit(dataSource, new AuditRepository(dataSource));

beforeEach(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  await dataSource.query(
    `INSERT INTO model_versions (name, version, family, status, onnx, onnx_sha256, manifest, created_at)
     VALUES ('har', 1, 'har', 'shipped', '', repeat('0', 64), '{}', now()),
            ('har', 2, 'har', 'candidate', '', repeat('1', 64), '{}', now())`,
  );
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const move = (actor: string, alias: string, to: string | null, share: number | null = null) =>
  dataSource.query(
    `INSERT INTO model_alias_moves (feed, instrument, alias, from_name, from_version, to_name, to_version, share,
       effective_origin, actor, reason, moved_at, recorded_at)
     VALUES ('live', 'BTC-USD', $2, 'har', 1, $3::text, CASE WHEN $3::text IS NULL THEN NULL ELSE 2 END, $4,
       '2026-01-01T02:00Z', $1, 'it was better', '2025-12-31T23:00Z', '2026-01-01T00:00:01.5Z')`,
    [actor, alias, to, share],
  );
const bodies = async () =>
  (await dataSource.query<{ body: string }[]>('SELECT body FROM audit_log ORDER BY seq')).map(
    ({ body }) => JSON.parse(body) as AuditBody,
  );

describe('what the system does to models by itself', () => {
  it('is entered once, however many workers do it and however often', async () => {
    await move('policy:rollout', 'canary', 'har', 0.1);
    await move('key 0123456789ab', 'champion', 'har');
    await move('policy:rollout', 'champion', 'har');
    await Promise.all([newAudit().enter(), newAudit().enter(), newAudit().enter()]);
    await newAudit().enter();
    await move('policy:rollout', 'canary', null);
    expect(await newAudit().enter()).toEqual({ entered: 1 });
    const entries = await bodies();
    expect(entries.map(({ subject, detail }) => [detail['alias'], subject])).toEqual([
      ['canary', 'har@2'],
      ['champion', 'har@2'],
      ['canary', 'har@1'],
    ]);
    expect(entries[0]).toEqual({
      ...{ id: 'alias-move-1', at: '2026-01-01T00:00:01.500Z', tenant: null, kind: 'system' },
      ...{ actor: 'system policy:rollout', action: 'models:promote system', subject: 'har@2' },
      ...{ address: null, userAgent: null, requestId: null, outcome: 'done', status: null, code: null },
      count: 1,
      detail: {
        ...{ feed: 'live', instrument: 'BTC-USD', alias: 'canary', from: 'har@1', to: 'har@2', share: 0.1 },
        ...{ effectiveOrigin: '2026-01-01T02:00:00.000Z', reason: 'it was better', evaluation: null },
      },
    });
  });
});
