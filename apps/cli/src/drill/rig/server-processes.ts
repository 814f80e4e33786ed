import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Place } from './places.js';

/** Who runs the servers: whoever asks, unless that is root, whom PostgreSQL refuses. */
export interface RigUser {
  readonly name: string;
  /** Undefined: no change of user. */
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/** Whether a program is on the path. */
export function hasProgram(program: string): boolean {
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
}

/** As root: `postgres`, which Debian's package made, else `nobody`. */
export function rigUser(): RigUser {
  if (process.getuid?.() !== 0) return { name: userInfo().username };
  const name = spawnSync('id', ['postgres'], { stdio: 'ignore' }).status === 0 ? 'postgres' : 'nobody';
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { name, ids: { uid: id('-u'), gid: id('-g') } };
}

export function ownFolder(path: string, { ids }: RigUser): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (ids) chownSync(path, ids.uid, ids.gid);
}

export interface StartOptions {
  readonly user: RigUser;
  readonly environment?: Readonly<Record<string, string>>;
}

const PROGRAMS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Nothing of the caller's: no PGHOST of his reaches a server. */
export function serverEnvironment(folder: string, more: Readonly<Record<string, string>> = {}) {
  return { PATH: PROGRAMS, HOME: folder, LC_ALL: 'C.UTF-8', ...more };
}

/** Starts a server in its own folder and session; what it says goes into the file `log` there. */
export function startServer(
  place: Place,
  command: string,
  args: readonly string[],
  { user, environment }: StartOptions,
): void {
  const log = openSync(join(place.folder, 'log'), 'a', 0o600);
  const child = spawn(command, args, {
    cwd: place.folder,
    env: serverEnvironment(place.folder, environment),
    stdio: ['ignore', log, log],
    detached: true,
    ...user.ids,
  });
  child.on('error', () => undefined); // whoever waits for the server sees that it is not there
  child.unref();
  closeSync(log);
}

/** Processes without a terminal that work in the folder or below it: a server, and all that it has started. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const at = workingFolder(pid);
      return (at === folder || at.startsWith(`${folder}/`)) && !hasTerminal(pid);
    });
}

/** Sends the signal to all of them, again until a round finds nobody new: some start others meanwhile. */
export function signalAll(folder: string, signal: NodeJS.Signals): void {
  const told = new Set<number>();
  for (;;) {
    const untold = processesIn(folder).filter((pid) => !told.has(pid));
    if (untold.length === 0) return;
    for (const pid of untold) {
      told.add(pid);
      sendSignal(pid, signal);
    }
  }
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // it has ended, or is somebody else's
  }
}

/** Somebody who looks around in the folder is no server. proc(5): tty_nr, the fifth field after the program's name. */
function hasTerminal(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[4] !== '0';
  } catch {
    return false;
  }
}
