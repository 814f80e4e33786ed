import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peakMemoryOf } from './peak-memory.js';

/** Numbers of one tensor, row-major. */
export interface TensorData {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float64Array;
}
export type SessionQuestion =
  | { readonly kind: 'open'; readonly onnx: Uint8Array }
  | { readonly kind: 'run'; readonly feeds: readonly TensorData[] };
export type SessionReply =
  | { readonly ok: true; readonly tensors: readonly TensorData[]; readonly milliseconds: number }
  | { readonly ok: false; readonly message: string };
export interface SessionRun {
  readonly outputs: readonly TensorData[];
  /** Of the run itself, without the way there and back. */
  readonly milliseconds: number;
}

export interface SessionLimits {
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
  /** Loading, and each run, ms. */
  readonly callMs: number;
  /** Processor time of its whole life, seconds; not bounded when left out. Linux only. */
  readonly cpuSeconds?: number;
}

/**
 * runtime: the graph was refused or a run failed, the process lives. The others: the process is gone; start: before it
 * was given the graph, which is then not to blame.
 */
export type SessionFailureKind = 'start' | 'runtime' | 'time' | 'memory' | 'crash';

export class SessionFailure extends Error {
  override readonly name = 'SessionFailure';

  constructor(
    readonly kind: SessionFailureKind,
    message: string,
  ) {
    super(message);
  }
}

/** Beside this file, built or not: it needs nothing but the runtime. */
const PROGRAM = new URL(`./isolated-session.process${extname(import.meta.url)}`, import.meta.url);
/**
 * May load the runtime, and read what lies beside the program and among the packages: no key, no database. May write
 * nothing, start no process. No network is not in node's power.
 */
const NODE_FLAGS = ['--permission', '--allow-addons', '--allow-worker'];
const RUNTIME = createRequire(import.meta.url).resolve('onnxruntime-node');
/** The folder of all packages that the runtime lies in. */
const PACKAGES = RUNTIME.slice(0, RUNTIME.lastIndexOf('node_modules') + 'node_modules'.length);
/** Address space that node sets aside at start without using it; the limit counts it. */
const RESERVED_BYTES = 1_536 * 1024 * 1024;
const WATCH_MS = 50;
/** For the process to come up and load the runtime, ms. */
const START_MS = 30_000;
const MAX_MESSAGE = 500;

interface Pending {
  readonly settle: (outcome: SessionReply | SessionFailure) => void;
}

/**
 * One graph in a process of its own, which inherits no environment, is held to limits of memory and time, and ends with
 * this one. One call at a time.
 */
export class IsolatedSession {
  readonly #child: ChildProcess;
  #pending: Pending | undefined;
  #ended: SessionFailure | undefined;
  #isReady = false;

  private constructor(
    private readonly limits: SessionLimits,
    program: URL,
  ) {
    this.#child = start(program, limits);
    this.#child.on('message', (reply) => this.#pending?.settle(reply as SessionReply));
    this.#child.once('error', (error) => this.#end('crash', `it could not be started: ${error.message}`));
    this.#child.once('exit', (code, signal) => {
      const how = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
      this.#end(signal === 'SIGXCPU' ? 'time' : 'crash', how);
    });
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** @throws SessionFailure as run does */
  static async open(
    onnx: Uint8Array,
    limits: SessionLimits,
    program: URL = PROGRAM,
  ): Promise<IsolatedSession> {
    const session = new IsolatedSession(limits, program);
    try {
      await session.#answer(START_MS);
      session.#isReady = true;
      await session.#ask({ kind: 'open', onnx });
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** @throws SessionFailure; after any but `runtime` the session is gone */
  async run(feeds: readonly TensorData[]): Promise<SessionRun> {
    const { tensors, milliseconds } = await this.#ask({ kind: 'run', feeds });
    return { outputs: tensors, milliseconds };
  }

  get isAlive(): boolean {
    return !this.#ended;
  }

  /** See peakMemoryOf. */
  async peakMemory(): Promise<number | null> {
    return this.pid === undefined ? null : peakMemoryOf(this.pid);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  close(): void {
    this.#end('crash', 'it was closed');
  }

  async #ask(question: SessionQuestion): Promise<Extract<SessionReply, { ok: true }>> {
    const answer = this.#answer(this.limits.callMs);
    this.#child.send(question, (error) => {
      if (error) this.#end('crash', `it does not listen: ${error.message}`);
    });
    const watch = setInterval(() => void this.#lookAtMemory(), WATCH_MS);
    try {
      return await answer;
    } finally {
      clearInterval(watch);
    }
  }

  async #answer(timeoutMs: number): Promise<Extract<SessionReply, { ok: true }>> {
    if (this.#ended) throw this.#ended;
    if (this.#pending) throw new Error('one call at a time');
    const timer = setTimeout(() => this.#end('time', `it took longer than ${timeoutMs} ms`), timeoutMs);
    try {
      const outcome = await new Promise<SessionReply | SessionFailure>((settle) => {
        this.#pending = { settle };
      });
      if (outcome instanceof SessionFailure) throw outcome;
      if (!outcome.ok) throw new SessionFailure('runtime', String(outcome.message).slice(0, MAX_MESSAGE));
      return outcome;
    } finally {
      this.#pending = undefined;
      clearTimeout(timer);
    }
  }

  async #lookAtMemory(): Promise<void> {
    const bytes = await this.peakMemory();
    if (bytes === null || bytes <= this.limits.memoryBytes) return;
    this.#end('memory', `it took ${bytes} bytes of memory, more than ${this.limits.memoryBytes}`);
  }

  #end(kind: SessionFailureKind, message: string): void {
    if (this.#ended) return;
    this.#ended = new SessionFailure(this.#isReady ? kind : 'start', message);
    this.#child.kill('SIGKILL');
    this.#pending?.settle(this.#ended);
  }
}

/** On Linux the kernel keeps the limits: what asks for more is given none, whatever code asks. */
function start(program: URL, { memoryBytes, cpuSeconds }: SessionLimits): ChildProcess {
  const options: SpawnOptions = {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced', // typed arrays stay typed arrays
  };
  const file = fileURLToPath(program);
  const readable = [join(dirname(file), '*'), join(PACKAGES, '*'), ...packageFilesAbove(file)];
  const node = [...NODE_FLAGS, ...readable.map((path) => `--allow-fs-read=${path}`), file];
  if (process.platform !== 'linux') return spawn(process.execPath, node, { ...options, cwd: undefined });
  const limits = [
    'ulimit -c 0',
    `ulimit -d ${Math.ceil((memoryBytes + RESERVED_BYTES) / 1024)}`,
    ...(cpuSeconds === undefined ? [] : [`ulimit -S -t ${cpuSeconds}`, `ulimit -H -t ${cpuSeconds + 5}`]),
  ];
  const script = `${limits.join(' && ')} && exec "$@"`;
  return spawn('/bin/sh', ['-c', script, 'sh', process.execPath, ...node], options);
}

/** node looks into the package.json of each folder above a program to learn what kind of module it is. */
function packageFilesAbove(file: string): string[] {
  const folder = dirname(file);
  const above = dirname(folder);
  return [join(folder, 'package.json'), ...(above === folder ? [] : packageFilesAbove(folder))];
}
