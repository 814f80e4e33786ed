import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../start.error.js';
import type { Terminal } from '../terminal.js';
import { describeLogLine } from './describe-log-line.js';
import { LogFile } from './log-file.js';
import { nextRestart } from './restart-policy.js';

export interface ProcessSpec {
  readonly name: string;
  /** Arguments of node: options, script, its arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** How long it may take until it says over IPC that it is ready; default 60 s. */
  readonly readyTimeoutMs?: number;
  /** Between SIGTERM and SIGKILL; default 18 s, more than a service gives itself. */
  readonly stopGraceMs?: number;
}

/** The message a child sends once it works; it may carry more. */
export interface Ready {
  readonly type: 'ready';
  readonly [field: string]: unknown;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Watch {
  readonly terminal: Terminal;
  /** Called whenever it runs with another process id. */
  readonly onStarted: () => void;
}

const LAST_LINES = 3;

/** A child that is started again whenever it dies, until it is stopped. It leads a process group of its own. */
export class ManagedProcess {
  readonly #log: LogFile;
  readonly #last: string[] = [];
  #child: ChildProcess | undefined;
  #stopping = new AbortController();
  #deaths = 0;
  #restarting: Promise<void> | undefined;

  constructor(
    readonly spec: ProcessSpec,
    private readonly watch: Watch,
  ) {
    this.#log = new LogFile(spec.logFile);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @throws StartError naming it and its last words when it dies first or the time is up
   */
  async start(): Promise<Ready> {
    try {
      return await this.#launch();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Asks it to end, makes it end after the grace time; resolves when nothing of its group runs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child && isRunning(child)) {
      const exited = exitOf(child);
      child.kill('SIGTERM');
      const inTime = await Promise.race([
        exited,
        delay(this.spec.stopGraceMs ?? 18_000, 'late', { ref: false }),
      ]);
      if (inTime === 'late') this.watch.terminal.say(`  ${this.spec.name} does not end by itself: killed`);
      this.kill();
      if (isRunning(child)) await exited;
    }
    await this.#restarting;
    this.#log.close();
  }

  /** Ends it and whatever it started, at once. */
  kill(): void {
    this.#stopping.abort();
    if (this.#child?.pid !== undefined) killGroup(this.#child.pid);
  }

  async #launch(): Promise<Ready> {
    const child = this.#spawn();
    const bornAt = performance.now();
    const exited = exitOf(child);
    const ready = await this.#untilReady(child, exited);
    this.watch.onStarted();
    void exited.then((exit) => this.#onDeath(bornAt, exit));
    return ready;
  }

  #spawn(): ChildProcess {
    const { args, cwd, env } = this.spec;
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#last.length = 0;
    for (const input of [child.stdout!, child.stderr!]) {
      createInterface({ input }).on('line', (line) => this.#onLine(line));
    }
    this.#child = child;
    return child;
  }

  async #untilReady(child: ChildProcess, exited: Promise<Exit>): Promise<Ready> {
    const { name, readyTimeoutMs = 60_000, logFile } = this.spec;
    const settled = new AbortController();
    const said = new Promise<Ready>((resolve) => {
      child.on('message', (message: Ready) => {
        if (message.type === 'ready') resolve(message);
      });
    });
    const died = exited.then(async (exit) => {
      await delay(50); // its last lines are still on their way
      throw new StartError(
        `${name} ended while starting (${reason(exit)})${this.#lastWords()}; see ${logFile}`,
      );
    });
    const late = delay(readyTimeoutMs, undefined, { signal: settled.signal, ref: false }).then(() => {
      throw new StartError(
        `${name} was not ready within ${readyTimeoutMs / 1_000} s${this.#lastWords()}; see ${logFile}`,
      );
    });
    for (const each of [died, late]) each.catch(() => undefined); // only the first to settle counts
    try {
      return await Promise.race([said, died, late]);
    } catch (error) {
      killGroup(child.pid);
      throw error;
    } finally {
      settled.abort();
    }
  }

  #onDeath(bornAt: number, exit: Exit): void {
    if (this.#stopping.signal.aborted) return;
    killGroup(this.#child?.pid); // what it may have left
    this.#restarting = this.#restart(performance.now() - bornAt, reason(exit));
  }

  async #restart(livedMs: number, why: string): Promise<void> {
    const { terminal } = this.watch;
    const { name, logFile } = this.spec;
    const died = performance.now();
    for (let lived = livedMs, cause = why; !this.#stopping.signal.aborted; lived = 0) {
      const { deaths, delayMs, slow } = nextRestart(this.#deaths, lived);
      this.#deaths = deaths;
      terminal.say(
        slow
          ? `✗ ${name} keeps dying (${cause}): trying again every ${delayMs / 1_000} s; see ${logFile}`
          : `✗ ${name} ended (${cause}): starting it again`,
      );
      try {
        await delay(delayMs, undefined, { signal: this.#stopping.signal });
        await this.#launch();
        terminal.say(`✓ ${name} is back (${((performance.now() - died) / 1_000).toFixed(1)} s)`);
        return;
      } catch (error) {
        cause = error instanceof StartError ? 'it did not become ready' : (error as Error).message;
      }
    }
  }

  #onLine(line: string): void {
    this.#log.write(line);
    const shown = describeLogLine(line);
    if (!shown) return;
    this.#last.push(shown.text);
    if (this.#last.length > LAST_LINES) this.#last.shift();
    this.watch.terminal.warn(this.spec.name, shown.level, shown.text);
  }

  #lastWords(): string {
    return this.#last.length > 0 ? `: ${this.#last.join(' | ')}` : '';
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null }); // it could not even be started
    });
  });
}

function reason({ code, signal }: Exit): string {
  return signal ?? (code === null ? 'it could not be started' : `exit code ${code}`);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // nothing is left of it
  }
}
