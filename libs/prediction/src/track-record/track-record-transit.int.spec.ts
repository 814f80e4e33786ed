import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadServiceEnv, type Vault } from '@btcforecast/platform';
import { VaultStandIn } from '@btcforecast/testing';
import { z } from 'zod';
import { HOUR_MS, MINUTE_MS, RecordBench, START } from '../../test/record-bench.js';
import { trackRecordKeys } from './track-record-keys.env.js';
import { TrackRecordService } from './track-record.service.js';

const POLICY = `
  path "transit/keys/track-record" { capabilities = ["read"] }
  path "transit/keys/track-record/rotate" { capabilities = ["update"] }
  path "transit/sign/track-record" { capabilities = ["update"] }`;

let bench: RecordBench;
let standIn: VaultStandIn;
let folder: string;
let vault: Vault;
const before = { ...process.env };

beforeEach(async () => {
  bench = await RecordBench.open();
  standIn = await VaultStandIn.start();
  folder = await mkdtemp(join(tmpdir(), 'btcf-transit-'));
  await standIn.write('sys/auth/approle', { type: 'approle' });
  await standIn.write('sys/mounts/transit', { type: 'transit' });
  await standIn.write('sys/policies/acl/signer', { policy: POLICY });
  await standIn.write('transit/keys/track-record', { type: 'ed25519' });
  const role = 'auth/approle/role/worker';
  await standIn.write(role, { token_policies: 'signer', token_ttl: '1h' });
  const { data } = (await standIn.write(`${role}/role-id`, {}, 'GET')) as { data: { role_id: string } };
  const secret = (await standIn.write(`${role}/secret-id`, {})) as { data: { secret_id: string } };
  const file = join(folder, 'secret_id');
  await writeFile(file, secret.data.secret_id);
  Object.assign(process.env, {
    VAULT_ADDR: standIn.url,
    VAULT_ROLE_ID: data.role_id,
    VAULT_SECRET_ID_FILE: file,
    LOG_LEVEL: 'fatal',
  });
  vault = (await loadServiceEnv('worker', z.object({}))).vault!;
});
afterEach(async () => {
  process.env = { ...before };
  await vault.close();
  await standIn.close();
  await bench.close();
  await rm(folder, { recursive: true });
});

const settings = { TRACK_RECORD_KEY_FILE: '/nonexistent/unused' };
const service = (place?: string) =>
  new TrackRecordService(
    bench.market.dataSource,
    trackRecordKeys({ ...settings, TRACK_RECORD_TRANSIT_KEY: place }, vault),
    () => Promise.resolve(bench.nowMs),
  );

describe('a key that never leaves Vault', () => {
  it('signs a record that verifies, through a rotation, an outage and a refusal', async () => {
    const record = service('transit/track-record');
    await bench.issue(START);
    await record.extend();
    bench.nowMs = START + HOUR_MS + MINUTE_MS;
    const rotated = await record.rotateKey();
    await bench.issue(START + HOUR_MS);
    bench.nowMs += HOUR_MS;
    standIn.sealed = true;
    await expect(record.extend()).rejects.toMatchObject({ kind: 'transient', code: 'service.not_ready' });
    standIn.sealed = false;
    await standIn.write('sys/policies/acl/signer', { policy: '' });
    await expect(record.extend()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('let the policy of this service allow it'),
    });
    await standIn.write('sys/policies/acl/signer', { policy: POLICY });
    await expect(record.extend()).resolves.toMatchObject({ signed: 1 });
    const { keys, roots } = await bench.summary();
    expect(keys.map(({ keyId }) => keyId)).toEqual([rotated.previousKeyId, rotated.keyId]);
    expect(roots.map(({ keyId }) => keyId)).toEqual([rotated.previousKeyId, rotated.keyId]);
  });

  it('takes the place of no other: a record that a file signs goes on only with that file', async () => {
    await bench.issue(START);
    await bench.service.extend();
    bench.nowMs += HOUR_MS;
    await expect(service('transit/track-record').extend()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('no version of transit/track-record'),
    });
    expect(() => trackRecordKeys({ ...settings, TRACK_RECORD_TRANSIT_KEY: 'transit/x' }, undefined)).toThrow(
      'set VAULT_ADDR too',
    );
  });
});
