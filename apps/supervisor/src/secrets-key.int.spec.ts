import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseEnv, SecretBox, SecretsEnv } from '@btcforecast/platform';
import { z } from 'zod';
import { ensureSecretsKey } from './secrets-key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the key for stored secrets', () => {
  it('is made once, readable by its owner alone, and taken by the services', async () => {
    const path = join(folder, 'secrets.key');
    await ensureSecretsKey(path);
    const first = await readFile(path, 'utf8');
    await ensureSecretsKey(path);
    expect(await readFile(path, 'utf8')).toBe(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { SECRETS_KEY } = parseEnv(z.object(SecretsEnv), { SECRETS_KEY_FILE: path });
    const box = new SecretBox(SECRETS_KEY);
    expect(box.open(box.seal(Buffer.from('x'), 'a'), 'a').toString()).toBe('x');
  });
});
