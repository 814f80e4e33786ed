import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { z } from 'zod';
import { openVault } from './open-vault.js';
import type { Vault } from './vault.js';
import { VaultBench } from './vault-bench.fixture.js';

const Env = z.object({
  RPC_TOKEN: z.string(),
  REDIS_URL: z.string(),
  SECRETS_KEY: z.string().optional(),
  LOG_LEVEL: z.string(),
});

let bench: VaultBench;
const opened: Vault[] = [];

beforeAll(async () => {
  bench = await VaultBench.open();
});
afterEach(async () => {
  bench.vault.sealed = false;
  for (const vault of opened.splice(0)) await vault.close();
});
afterAll(() => bench.close());

async function open(source: Record<string, string | undefined>, patienceMs = 5_000) {
  const { env, vault } = await openVault(Env, { name: 'test', source, patienceMs });
  opened.push(vault);
  return env;
}

const logins = () => bench.vault.requests.filter(({ path }) => path === 'auth/approle/login');

describe('the script that sets Vault up', () => {
  it('changes nothing when it is run again: what operators wrote stays, and logins go on counting', async () => {
    const file = bench.path('secrets', 'vault_worker_secret_id');
    const before = await readFile(file, 'utf8');
    await bench.vault.write('secret/data/btcforecast/worker', { data: { SECRETS_KEY: 'of an operator' } });
    await bench.bootstrap();
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await open(bench.env('worker'))).toMatchObject({ SECRETS_KEY: 'of an operator' });
    expect(bench.vault.audits.get('stdout')).toMatchObject({ type: 'file' });
  });

  it('lets each service read its own part, and refuses it the part of another', async () => {
    for (const service of ['gateway', 'market-data', 'prediction', 'worker']) {
      expect(await open(bench.env(service))).toMatchObject({ RPC_TOKEN: 'shared-by-all-services' });
      const other = service === 'gateway' ? 'worker' : 'gateway';
      const foreign = { ...bench.env(service), VAULT_KV_PATHS: `secret/btcforecast/${other}` };
      await expect(open(foreign)).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining(`secret/data/btcforecast/${other}: `),
      });
    }
  });
});

describe('configuration from Vault', () => {
  it('is read whatever characters it has, and takes the place of the file and of the environment', async () => {
    const missing = bench.path('no such file');
    const env = await open({ ...bench.env('gateway'), RPC_TOKEN_FILE: missing, SECRETS_KEY: 'local' });
    expect(env).toEqual({
      RPC_TOKEN: 'shared-by-all-services',
      REDIS_URL: 'redis://:p@ss"\\word@host:6379',
      SECRETS_KEY: 'key',
      LOG_LEVEL: 'fatal',
    });
  });

  it('waits for a Vault that is sealed or wants less haste, and says so when it stays away', async () => {
    bench.vault.sealed = true;
    await expect(open(bench.env('gateway'), 300)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('Vault is sealed'),
    });
    const waiting = open(bench.env('gateway'));
    bench.vault.sealed = false;
    bench.vault.throttled = 2;
    await expect(waiting).resolves.toMatchObject({ SECRETS_KEY: 'key' });
    const nobody = { ...bench.env('gateway'), VAULT_ADDR: 'http://127.0.0.1:1' };
    await expect(open(nobody, 300)).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('ends at once for a wrong secret id, a login that is incomplete, or a path that is not there', async () => {
    const wrong = bench.path('wrong');
    await writeFile(wrong, 'never given out');
    const cases: [Record<string, string | undefined>, RegExp][] = [
      [{ VAULT_SECRET_ID_FILE: wrong }, /invalid role or secret ID/],
      [{ VAULT_SECRET_ID_FILE: undefined }, /give VAULT_ROLE_ID_FILE, and either/],
      [{ VAULT_WRAPPED_SECRET_ID_FILE: wrong }, /give VAULT_ROLE_ID_FILE, and either/],
      [{ VAULT_KV_PATHS: 'secret' }, /VAULT_KV_PATHS: must be engine\/path/],
      [{ VAULT_KV_PATHS: 'secret/btcforecast/nothing' }, /GET secret\/data\/btcforecast\/nothing/],
    ];
    for (const [changes, message] of cases) {
      const failed = open({ ...bench.env('gateway'), ...changes });
      await expect(failed).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringMatching(message),
      });
      await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('never given out') });
    }
  });

  it('opens a wrapped secret id once, and tells when somebody else was faster', async () => {
    const file = bench.path('wrapped');
    await writeFile(file, await bench.bootstrap('secret-id', 'gateway', '60s'));
    const source = {
      ...bench.env('gateway'),
      VAULT_SECRET_ID_FILE: undefined,
      VAULT_WRAPPED_SECRET_ID_FILE: file,
    };
    await expect(open(source)).resolves.toMatchObject({ SECRETS_KEY: 'key' });
    await expect(open(source)).rejects.toMatchObject({
      message: expect.stringContaining('somebody else has opened it'),
    });
  });
});

describe('a token', () => {
  it('is renewed while it can be, and followed by a new login with the secret id of that day', async () => {
    await bench.tokensFor('prediction', 1, 2);
    const file = bench.path('secrets', 'vault_prediction_secret_id');
    await open(bench.env('prediction'));
    await writeFile(file, ''); // the one of yesterday
    const renewals = () => bench.vault.requests.filter(({ path }) => path === 'auth/token/renew-self').length;
    const before = { logins: logins().length, renewals: renewals() };
    const next = bench.vault.write('auth/approle/role/btcforecast-prediction/secret-id', {});
    await writeFile(file, ((await next) as { data: { secret_id: string } }).data.secret_id);
    await waitFor(() => logins().length > before.logins, { deadlineMs: 10_000, what: 'a new login' });
    expect(renewals()).toBeGreaterThan(before.renewals);
    expect(logins().at(-1)).toMatchObject({ status: 200 });
  });

  it('is given back at the end', async () => {
    const before = bench.vault.leases.ids.length;
    await open(bench.env('gateway'));
    expect(bench.vault.leases.ids).toHaveLength(before + 1);
    await opened.pop()!.close();
    expect(bench.vault.leases.ids).toHaveLength(before);
  });
});
