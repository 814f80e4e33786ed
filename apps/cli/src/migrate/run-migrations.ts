import { writeFile } from 'node:fs/promises';
import { ensureBootstrapKey } from '@btcforecast/access';
import { migrate } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform/errors';
import { loadCliEnv } from '../cli.env.js';
import { openDatabase } from '../data/list-gaps.js';

/**
 * `btcf migrate`: runs what has not run yet.
 *
 * @throws AppError caller config.invalid without DATABASE_URL: a system on one machine migrates when it starts
 */
export async function runMigrations({ adminKey }: { readonly adminKey?: string }): Promise<void> {
  const { DATABASE_URL: url } = loadCliEnv();
  if (url === undefined) {
    throw new AppError(
      'caller',
      'config.invalid',
      'DATABASE_URL says which database; npm start needs no migration',
    );
  }
  const done = await migrate(url);
  for (const name of done) process.stdout.write(`${name}\n`);
  process.stdout.write(
    `${done.length === 0 ? 'nothing to do' : `${done.length} migrations`}: the schema is new\n`,
  );
  if (adminKey !== undefined) await writeFirstKey(adminKey);
}

async function writeFirstKey(file: string): Promise<void> {
  const dataSource = await openDatabase();
  try {
    const text = await ensureBootstrapKey(dataSource, { rotate: false });
    if (text === null) return;
    if (file === '-') {
      process.stdout.write(`${text}\n`);
      return;
    }
    await writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
    process.stdout.write(`the first key is in ${file}\n`);
  } finally {
    await dataSource.destroy();
  }
}
