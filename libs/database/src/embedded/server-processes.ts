import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseServerError } from './database-server.error.js';
import { runAs, type ServerAccount } from './server-account.js';

const ORPHAN_GRACE_MS = 3_000;
const STOP_STEPS = [
  ['SIGINT', 10_000], // fast shutdown: sessions are rolled back, a checkpoint is written
  ['SIGQUIT', 5_000], // immediate: recovery at the next start
  ['SIGKILL', 5_000],
] as const;

/**
 * Stops whatever an earlier run left on this cluster: a server whose supervisor was killed, or the sessions of
 * a killed server. A new server refuses to start before they are gone. Also removes a stale postmaster.pid,
 * whose number another program may have by now.
 */
export async function stopLeftovers(
  cluster: string,
  account: ServerAccount,
  onLog: (line: string) => void,
): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid');
  if (!existsSync(lockFile)) return;
  const postmaster = Number.parseInt(await readFile(lockFile, 'utf8'), 10);
  const running = await serverProcesses(cluster, account);
  if (running.includes(postmaster)) {
    onLog(`a server of an earlier run (process ${postmaster}) still runs on ${cluster}: stopping it`);
    await stopServer(postmaster, () => serverProcesses(cluster, account));
  } else if (running.length > 0) {
    const gone = await waitUntilGone(() => serverProcesses(cluster, account), ORPHAN_GRACE_MS);
    if (!gone) await killAll(cluster, account);
  }
  await rm(lockFile, { force: true });
}

/** Stops a server politely, then less so; resolves when nothing of it runs. */
export async function stopServer(postmaster: number, left: () => Promise<number[]>): Promise<void> {
  for (const [signal, graceMs] of STOP_STEPS) {
    for (const pid of signal === 'SIGKILL' ? await left() : [postmaster]) send(pid, signal);
    if (await waitUntilGone(left, graceMs)) return;
  }
  throw new DatabaseServerError(
    'start_failed',
    `The PostgreSQL process ${postmaster} of an earlier run does not end: stop it by hand, then start again`,
  );
}

/** Processes whose current folder is the cluster; every PostgreSQL process stays in its own. */
export async function serverProcesses(cluster: string, account: ServerAccount): Promise<number[]> {
  if (process.platform !== 'linux') return postmasterOnly(cluster);
  // Read as the server's own user: root inside a container may not look into others' processes.
  const list = 'ls -l /proc/[0-9]*/cwd 2>/dev/null; true';
  const { stdout } = await runAs(account, '/bin/sh', ['-c', list]);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, folder] = /\/proc\/(\d+)\/cwd -> (.*)$/.exec(line) ?? [];
    return folder === cluster ? [Number(pid)] : [];
  });
}

async function postmasterOnly(cluster: string): Promise<number[]> {
  const lockFile = join(cluster, 'postmaster.pid');
  if (!existsSync(lockFile)) return [];
  const pid = Number.parseInt(await readFile(lockFile, 'utf8'), 10);
  const found = await runAs({ name: 'self' }, 'ps', ['-o', 'command=', '-p', String(pid)]).catch(
    () => undefined,
  );
  return found?.stdout.includes(cluster) ? [pid] : [];
}

async function killAll(cluster: string, account: ServerAccount): Promise<void> {
  for (const pid of await serverProcesses(cluster, account)) send(pid, 'SIGKILL');
  await waitUntilGone(() => serverProcesses(cluster, account), ORPHAN_GRACE_MS);
}

async function waitUntilGone(left: () => Promise<number[]>, graceMs: number): Promise<boolean> {
  for (const end = performance.now() + graceMs; performance.now() < end; await delay(25)) {
    if ((await left()).length === 0) return true;
  }
  return false;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself
  }
}
