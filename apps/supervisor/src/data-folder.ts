import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { birthOf } from './process/birth-of.js';
import { StartError } from './start.error.js';

const NEEDED_BYTES = 200 * 1024 * 1024;

/** Where the system keeps everything; held by one supervisor at a time. */
export interface DataFolder {
  readonly path: string;
  readonly logs: string;
  readonly adminKeyFile: string;
  readonly secretsKeyFile: string;
  /** Where a simulated market remembers its position. */
  readonly simulation: string;
  readonly runFile: string;
  release(): Promise<void>;
}

/** @throws StartError when it cannot be made or written, is in use, or the disk is almost full */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const logs = join(path, 'logs');
  const simulation = join(path, 'simulation');
  try {
    await mkdir(logs, { recursive: true });
    await mkdir(simulation, { recursive: true });
    await checkSpace(path);
    const release = await lock(path);
    const runFile = join(path, 'run.json');
    const keys = { adminKeyFile: join(path, 'admin.key'), secretsKeyFile: join(path, 'secrets.key') };
    return { path, logs, simulation, runFile, ...keys, release };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new StartError(`the disk of ${path} is full: free some space`);
    throw new StartError(
      `the data folder ${path} cannot be used (${code ?? message}): set BTCF_DATA_DIR to a folder of yours`,
      1,
      { cause: error },
    );
  }
}

async function checkSpace(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  if (free >= NEEDED_BYTES) return;
  throw new StartError(
    `only ${Math.floor(free / 1024 / 1024)} MB are free on the disk of ${path}: at least 200 MB are needed`,
  );
}

async function lock(path: string): Promise<() => Promise<void>> {
  const lockFile = join(path, 'supervisor.lock');
  const mine = JSON.stringify({ pid: process.pid, birth: await birthOf(process.pid) });
  const draft = `${lockFile}.${process.pid}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    while (!(await linked(draft, lockFile))) await takeOverIfStale(lockFile, path);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readOrEmpty(lockFile)) === mine) await rm(lockFile);
  };
}

async function takeOverIfStale(lockFile: string, path: string): Promise<void> {
  const text = await readOrEmpty(lockFile);
  if (text === '') return; // released in between
  const holder = parseHolder(text);
  if (holder && (await birthOf(holder.pid)) === holder.birth) {
    throw new StartError(
      `btcforecast already runs on ${path} (process ${holder.pid}): stop it first, or set BTCF_DATA_DIR to another folder`,
    );
  }
  // Of two that find the same stale lock only one may remove it: the content is checked once more after the move.
  const aside = `${lockFile}.stale.${process.pid}`;
  await rename(lockFile, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (existsSync(aside) && (await readFile(aside, 'utf8')) !== text) await linked(aside, lockFile);
  await rm(aside, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function parseHolder(text: string): { pid: number; birth: string } | undefined {
  try {
    return JSON.parse(text) as { pid: number; birth: string };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // written half by a machine that lost power
    throw error;
  }
}
