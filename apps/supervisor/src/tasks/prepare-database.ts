/**
 * `node prepare-database.js ADMIN_KEY_FILE` with DATABASE_URL: brings the database to the newest schema and makes
 * sure that the key file holds the bootstrap key. Says what it did as one line of JSON.
 */
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { ensureBootstrapKey } from '@btcforecast/access';
import { createDataSource, migrate } from '@btcforecast/database';
import { readTaskEnv } from './task.env.js';

async function ensureKeyFile(url: string, file: string): Promise<boolean> {
  const dataSource = createDataSource({ url, applicationName: 'supervisor', poolSize: 1 });
  await dataSource.initialize();
  try {
    const text = await ensureBootstrapKey(dataSource, { rotate: !existsSync(file) });
    if (text === null) return false;
    await writeFile(`${file}.new`, `${text}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return true;
  } finally {
    await dataSource.destroy();
  }
}

try {
  const { databaseUrl } = readTaskEnv();
  const migrations = await migrate(databaseUrl);
  const newKey = await ensureKeyFile(databaseUrl, process.argv[2] ?? '');
  process.stdout.write(JSON.stringify({ migrations, newKey }));
} catch (error) {
  process.stderr.write(`the database could not be prepared: ${(error as Error).message}`);
  process.exitCode = 1;
}
