import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseServerError } from './database-server.error.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { runAs, type ServerAccount } from './server-account.js';
import { startupFailure } from './startup-failure.js';

export interface Cluster {
  /** PGDATA. */
  readonly folder: string;
  readonly password: string;
  /** True when this call made it. */
  readonly created: boolean;
}

/**
 * The cluster in a server folder, made by initdb when there is none yet. It is built beside its final place
 * and renamed, so that an interrupted start leaves nothing half made.
 */
export async function ensureCluster(
  serverFolder: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
): Promise<Cluster> {
  const folder = join(serverFolder, 'data');
  const passwordFile = join(serverFolder, 'password');
  if (existsSync(folder)) {
    await checkVersion(folder, binaries);
    return { folder, password: await readPassword(passwordFile), created: false };
  }
  const staging = join(serverFolder, 'data.new');
  await rm(staging, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined) await chown(passwordFile, account.uid, account.gid ?? account.uid);
  await initdb(staging, passwordFile, binaries, account);
  await rename(staging, folder);
  return { folder, password, created: true };
}

async function initdb(
  folder: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C', // text sorts by code point, the same on every machine
  ];
  try {
    await runAs(account, binaries.initdb, args);
  } catch (error) {
    throw startupFailure(folder, (error as { stderr?: string }).stderr ?? String(error), error);
  }
}

async function checkVersion(folder: string, binaries: PostgresBinaries): Promise<void> {
  const path = join(folder, 'PG_VERSION');
  if (!existsSync(path)) {
    const files = await readdir(folder);
    throw new DatabaseServerError(
      'folder_damaged',
      `The database folder ${folder} is damaged (${files.length} entries, but no PG_VERSION): restore it, or move it away to start afresh`,
    );
  }
  const major = (await readFile(path, 'utf8')).trim();
  if (major === binaries.major) return;
  throw new DatabaseServerError(
    'wrong_version',
    `The database folder ${folder} was written by PostgreSQL ${major}, but this is PostgreSQL ${binaries.major}: set BTCF_DATA_DIR to another folder, or run the release that wrote it`,
  );
}

async function readPassword(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  throw new DatabaseServerError(
    'folder_damaged',
    `The file ${path} with the database's password is missing: restore it, or move the folder away to start afresh`,
  );
}
