import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, fchmodSync, mkdirSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '@btcforecast/platform/errors';
import { projectFolder } from '../rig/places.js';
import { sendSignal } from '../rig/server-processes.js';
import { netnsOf } from './network.js';

const ENTER = join(projectFolder, 'deploy', 'rig', 'enter.sh');
/** As Docker's engine: at once, then twice as late each time; what ran for ten seconds begins anew. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
const RAN_WELL_MS = 10_000;
/** By so much the drills come before the services, which have the priority of everybody else; see nice(1). */
export const DRILL_PRIORITY = 10;
/**
 * Services do not interrupt each other (SCHED_BATCH of sched(7)): 150 share what are the processors of twenty machines, and
 * whenever one that wakes puts another off, both find the caches cold. With three regions on two slow processors all were up
 * in two thirds of the time.
 */
const AS_SERVICE = ['--batch', '0', 'nice', '-n', String(DRILL_PRIORITY)];
const SECRET_GROUP = '10000';
const run = promisify(execFile);

/** How a container is started: what enter.sh needs, put together. */
export interface ContainerSpec {
  readonly name: string;
  readonly folder: string;
  /** uid:gid */
  readonly user: string;
  readonly directory: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it is started again when it ends. */
  readonly restarts: boolean;
  /** What its image says ends it in good order, and how long that may take before it is killed. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
  /** How /proc calls its network. */
  readonly network: string;
}

/** A service of the compose file in namespaces of its own, started again when it ends, as by an engine. */
export class Container {
  /** How often it was started again by itself, since it was started. */
  restarts = 0;
  #process: ChildProcess | null = null;
  #wanted = false;
  #pauseMs = FIRST_PAUSE_MS;
  #ended: Promise<number> = Promise.resolve(0);

  /** @param spec counts from the next start on, when it is changed */
  constructor(public spec: ContainerSpec) {
    mkdirSync(join(spec.folder, 'fs'), { recursive: true });
  }

  get name(): string {
    return this.spec.name;
  }

  /** Of its first process; null while it is down. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  start(): void {
    this.#wanted = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.restarts = 0;
    this.#launch();
  }

  /** Until a job has ended. @returns its exit code */
  ended(): Promise<number> {
    return this.#ended;
  }

  /** In good order, within its grace; it stays down. */
  async stop(graceMs = this.spec.stopGraceMs, signal = this.spec.stopSignal): Promise<void> {
    this.#wanted = false;
    if (this.pid === null) return;
    sendSignal(this.pid, signal);
    const inTime = new AbortController();
    const grace = delay(graceMs, undefined, { signal: inTime.signal }).catch(() => undefined);
    await Promise.race([this.#ended, grace]);
    inTime.abort();
    this.killAll();
    await this.#ended;
  }

  /** kill -9 of its first process; whoever restarts it is the rig. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.pid !== null) sendSignal(this.pid, signal);
  }

  /** All in it at once, as when its host goes; it stays down. */
  destroy(): void {
    this.#wanted = false;
    this.killAll();
  }

  /** All processes in it. */
  processes(): number[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && networkOf(entry) === this.spec.network)
      .map(Number);
  }

  killAll(): void {
    // Some start others meanwhile.
    for (let pids = this.processes(); pids.length > 0; pids = this.processes()) {
      for (const pid of pids) sendSignal(pid, 'SIGKILL');
    }
  }

  /** Runs a command inside, as its user. @throws Error with what it said, when it fails */
  async exec(command: readonly string[], timeoutMs = 10_000): Promise<string> {
    if (this.pid === null) throw new AppError('transient', 'service.not_ready', `${this.name} is down`);
    const { user, environment } = this.spec;
    const [uid, gid] = user.split(':') as [string, string];
    const enter = ['--target', String(this.pid), '--mount', '--net', '--root', '--wd'];
    const become = ['setpriv', '--reuid', uid, '--regid', gid, '--groups', SECRET_GROUP];
    const { stdout } = await run('nsenter', [...enter, ...become, ...command], {
      env: environment,
      timeout: timeoutMs,
      maxBuffer: 1 << 24,
    });
    return stdout;
  }

  #launch(): void {
    const { folder, user, directory, command, environment, name } = this.spec;
    // What it writes to /dev/stdout has to be openable for its user.
    const log = openSync(join(folder, 'log'), 'a');
    fchmodSync(log, 0o666);
    const inside = ['unshare', '--mount', '--propagation', 'private', 'sh', ENTER];
    const child = spawn(
      'chrt',
      [
        ...AS_SERVICE,
        'nsenter',
        `--net=${netnsOf(name)}`,
        ...inside,
        folder,
        user,
        SECRET_GROUP,
        directory,
        ...command,
      ],
      { cwd: '/', env: environment, stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    this.#process = child;
    const since = performance.now();
    this.#ended = new Promise((resolve) => {
      child.once('error', () => resolve(1));
      child.once('exit', (code) => {
        this.#process = null;
        this.killAll(); // as in a container: nothing outlives the first process
        resolve(code ?? 1);
        this.#afterEnd(code ?? 1, performance.now() - since);
      });
    });
  }

  #afterEnd(code: number, ranMs: number): void {
    if (!this.#wanted || (!this.spec.restarts && code === 0)) return;
    if (ranMs > RAN_WELL_MS) this.#pauseMs = FIRST_PAUSE_MS;
    setTimeout(() => {
      if (!this.#wanted || this.#process) return;
      this.restarts++;
      this.#launch();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function networkOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return ''; // it has ended
  }
}
