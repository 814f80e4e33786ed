import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, repositoryRoot, waitFor } from '@btcforecast/testing';

const APPS = ['market-data', 'prediction', 'worker', 'gateway', 'simulated-exchange'];
const here = join(repositoryRoot, 'e2e', 'supervisor');

export interface RunFile {
  readonly pid: number;
  readonly pids: Readonly<Record<string, number>>;
  readonly databaseUrl: string;
  readonly gatewayUrl: string;
  readonly source: string;
  readonly feed: string;
}

/** A folder with tiny services and a data folder of its own, on which supervisors can be started. */
export class SupervisedSystem {
  readonly root = mkdtempSync(join(tmpdir(), 'supervised-'));
  readonly dataDir = join(this.root, 'data');
  readonly #started: ChildProcess[] = [];
  #port: Promise<number> | undefined;

  constructor() {
    chmodSync(this.root, 0o755); // the database may have to run as another user
    for (const app of APPS) {
      const dist = join(this.root, 'apps', app, 'dist');
      mkdirSync(dist, { recursive: true });
      copyFileSync(join(here, 'tiny-service.mjs'), join(dist, 'main.js'));
    }
    mkdirSync(join(this.root, 'apps', 'supervisor', 'dist'), { recursive: true });
    const tasks = join('apps', 'supervisor', 'dist', 'tasks');
    symlinkSync(join(repositoryRoot, tasks), join(this.root, tasks));
  }

  get port(): Promise<number> {
    return (this.#port ??= freePort());
  }

  /** Starts a supervisor; `said` is all it has written so far. */
  async start(args: readonly string[] = ['--source', 'demo'], env: Record<string, string> = {}) {
    const all = [join(here, 'run.mjs'), this.root, ...args, '--port', String(await this.port)];
    const child = spawn(process.execPath, all, {
      cwd: this.root,
      env: { ...process.env, NODE_OPTIONS: '', BTCF_DATA_DIR: this.dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#started.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const exited = once(child, 'close').then(() => child.exitCode);
    return { child, exited, said: () => said };
  }

  /** As start, and waits until everything runs. */
  async startReady(args?: readonly string[], env?: Record<string, string>) {
    const supervisor = await this.start(args, env);
    await waitFor(() => supervisor.said().includes('Ctrl-C stops') || supervisor.child.exitCode !== null, {
      deadlineMs: 30_000,
      what: 'the supervisor is done starting',
    });
    return supervisor;
  }

  runFile(): RunFile {
    return JSON.parse(readFileSync(join(this.dataDir, 'run.json'), 'utf8')) as RunFile;
  }

  adminKey(): string {
    return readFileSync(join(this.dataDir, 'admin.key'), 'utf8').trim();
  }

  /** What happened to the services, in order, e.g. "start gateway". */
  events(): string[] {
    const file = join(this.root, 'events.log');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.map((line) => line.split(' ').slice(0, 2).join(' '));
  }

  /** Processes that belong to this system: their command line or their current folder lies below it. */
  leftRunning(): string[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => `${pid} ${linkOf(`/proc/${pid}/cwd`)} ${contentOf(`/proc/${pid}/cmdline`)}`)
      .filter((line) => line.includes(this.root));
  }

  async clean(): Promise<void> {
    for (const child of this.#started) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    }
    await Promise.all(
      this.#started.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'close')),
    );
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Empty for a process that has just ended. */
function contentOf(path: string): string {
  return unlessGone(() => readFileSync(path, 'utf8').replaceAll('\0', ' '));
}

function linkOf(path: string): string {
  return unlessGone(() => readlinkSync(path));
}

function unlessGone(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
