import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseServerError } from './database-server.error.js';
import { binariesAt, type PostgresBinaries } from './postgres-binaries.js';
import { firstClosedFolder, giveTo, runAs, type ServerAccount } from './server-account.js';

/** In the data folder: names the folder of the server's files when they lie elsewhere. */
const POINTER = 'postgres-folder';

export interface FolderRequest {
  readonly dataDir: string;
  readonly account: ServerAccount;
  /** Where a folder of the server's own is made when the account cannot reach the data folder. */
  readonly fallbackRoot: string;
  readonly onLog: (line: string) => void;
}

/**
 * The folder that holds the server's files (the cluster and its password), owned by the account, mode 0700.
 * It is `<data folder>/postgres` where the account can get there, else one below the fallback root,
 * which the data folder then remembers.
 */
export async function prepareServerFolder(request: FolderRequest): Promise<string> {
  const { dataDir, account } = request;
  try {
    await mkdir(dataDir, { recursive: true });
    const remembered = await readPointer(dataDir);
    if (remembered) {
      await makeShared(dirname(remembered));
      return await claim(remembered, account);
    }
    const inside = join(await realpath(dataDir), 'postgres');
    const closed = await firstClosedFolder(await realpath(dataDir), account);
    if (!closed) return await claim(inside, account);
    return await moveOut(request, inside, closed);
  } catch (error) {
    throw asFolderError(error, dataDir);
  }
}

/** Binaries the account can run: those of the package, or a copy when it cannot read them there. */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  account: ServerAccount,
  fallbackRoot: string,
): Promise<PostgresBinaries> {
  if (await canRun(binaries, account)) return binaries;
  const copy = binariesAt(join(fallbackRoot, `postgresql-${binaries.version}`), binaries.version);
  if (existsSync(copy.root) && (await canRun(copy, account))) return copy;
  try {
    const staging = `${copy.root}.${randomBytes(4).toString('hex')}`;
    await makeShared(fallbackRoot);
    await cp(binaries.root, staging, { recursive: true, verbatimSymlinks: true });
    await runAs({ name: 'root' }, 'chmod', ['-R', 'a+rX', staging]);
    await rm(copy.root, { recursive: true, force: true });
    await rename(staging, copy.root);
  } catch (error) {
    throw unreachable(binaries.root, account, fallbackRoot, error);
  }
  if (await canRun(copy, account)) return copy;
  throw unreachable(binaries.root, account, fallbackRoot);
}

async function moveOut(request: FolderRequest, inside: string, closed: string): Promise<string> {
  const { dataDir, account, fallbackRoot, onLog } = request;
  const hash = createHash('sha256').update(inside).digest('hex').slice(0, 16);
  const outside = join(fallbackRoot, hash);
  try {
    await makeShared(fallbackRoot);
    // Without a pointer in the data folder this is what an earlier, deleted data folder left behind.
    if (existsSync(outside)) await setAside(outside, onLog);
    if (existsSync(inside)) await cp(inside, outside, { recursive: true });
    await claim(outside, account);
  } catch (error) {
    throw unreachable(closed, account, fallbackRoot, error);
  }
  const stillClosed = await firstClosedFolder(outside, account);
  if (stillClosed) throw unreachable(closed, account, fallbackRoot);
  await writeFile(join(dataDir, POINTER), `${outside}\n`);
  onLog(`${closed} is closed to the user ${account.name}: the server's data is kept in ${outside}`);
  return outside;
}

async function setAside(folder: string, onLog: (line: string) => void): Promise<void> {
  const aside = `${folder}.left-${randomBytes(4).toString('hex')}`;
  await rename(folder, aside);
  onLog(`${folder} belonged to a data folder that is gone; it was moved to ${aside} and can be deleted`);
}

async function claim(folder: string, account: ServerAccount): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const owner = await stat(folder);
  if (account.uid !== undefined && owner.uid !== account.uid) await giveTo(account, folder);
  await chmod(folder, 0o700);
  return realpath(folder);
}

async function makeShared(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755); // mkdir obeys the umask, which may close it to the account
}

async function readPointer(dataDir: string): Promise<string | undefined> {
  const path = join(dataDir, POINTER);
  return existsSync(path) ? (await readFile(path, 'utf8')).trim() : undefined;
}

async function canRun(binaries: PostgresBinaries, account: ServerAccount): Promise<boolean> {
  if (account.uid === undefined) return true;
  const test = 'exec 2>/dev/null; "$1" -V && "$2" -V && test -r "$3"';
  const template = join(binaries.root, 'share', 'postgresql', 'postgres.bki');
  const args = ['-c', test, 'sh', binaries.postgres, binaries.initdb, template];
  return runAs(account, '/bin/sh', args).then(
    () => true,
    () => false,
  );
}

function unreachable(folder: string, account: ServerAccount, root: string, cause?: unknown) {
  return new DatabaseServerError(
    'folder_closed',
    `PostgreSQL runs as the user ${account.name}, who cannot enter ${folder}, and ${root} cannot be used instead: set BTCF_DATA_DIR to a folder that every user can enter`,
    { cause },
  );
}

function asFolderError(error: unknown, dataDir: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new DatabaseServerError(
      'folder_closed',
      `The data folder ${dataDir} cannot be written (${code}): set BTCF_DATA_DIR to a folder of yours`,
      { cause: error },
    );
  }
  if (code === 'ENOSPC') {
    return new DatabaseServerError('disk_full', `The disk of ${dataDir} is full: free some space`, {
      cause: error,
    });
  }
  return error;
}
