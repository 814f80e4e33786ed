import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

/** One that is there stays: without it whatever it has sealed is lost. The data folder is held, so nobody else makes it. */
export async function ensureSecretsKey(path: string): Promise<void> {
  if (existsSync(path)) return;
  // Written beside and moved, so that a key is there whole or not at all.
  await writeFile(`${path}.new`, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}
