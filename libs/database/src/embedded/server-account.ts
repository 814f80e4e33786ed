import { execFile } from 'node:child_process';
import { chown, lchown, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DatabaseServerError } from './database-server.error.js';

const run = promisify(execFile);

/** The user PostgreSQL runs as: undefined ids mean the current one. PostgreSQL refuses to run as root. */
export interface ServerAccount {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** `postgres` if the machine knows it, else `nobody`, when we are root; otherwise ourselves. */
export async function chooseServerAccount(): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return { name: 'the current user' };
  for (const name of ['postgres', 'nobody']) {
    const account = await lookUp(name);
    if (account) return account;
  }
  throw new DatabaseServerError(
    'folder_closed',
    'PostgreSQL does not run as root and this machine has neither a user "postgres" nor "nobody": start btcforecast as another user',
  );
}

/** The first of the folders that the account cannot enter; undefined when it can enter all. */
export async function firstClosedFolder(folder: string, account: ServerAccount): Promise<string | undefined> {
  if (account.uid === undefined) return undefined;
  const chain: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    chain.unshift(at);
    if (at === dirname(at)) break;
  }
  const script = 'for d do cd -- "$d" 2>/dev/null || { printf %s "$d"; exit 0; }; done';
  const { stdout } = await runAs(account, '/bin/sh', ['-c', script, 'sh', ...chain]);
  return stdout === '' ? undefined : stdout;
}

/** Runs a program to its end as the account; rejects when it fails. */
export function runAs(account: ServerAccount, file: string, args: readonly string[], cwd = '/') {
  return run(file, [...args], {
    cwd,
    uid: account.uid,
    gid: account.gid,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' },
    maxBuffer: 16 * 1024 * 1024,
  });
}

/** Gives a folder and all it holds to the account; does nothing for the current user. */
export async function giveTo(account: ServerAccount, folder: string): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  await chown(folder, account.uid, account.gid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveTo(account, path);
    else await lchown(path, account.uid, account.gid);
  }
}

async function lookUp(name: string): Promise<ServerAccount | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  const fields = lines.map((line) => line.split(':')).find(([user]) => user === name);
  if (!fields) return undefined;
  return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
}
