import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort, repositoryRoot, waitFor } from '@btcforecast/testing';

export interface RunFile {
  readonly pid: number;
  readonly pids: Readonly<Record<string, number>>;
  readonly databaseUrl: string;
  readonly gatewayUrl: string;
  readonly source: string;
  readonly feed: string;
  readonly internalPorts: Readonly<Record<string, number>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads what came, whatever it is
  readonly body: any;
}

/** The whole system with a data folder of its own, as `npm start` runs it once all is installed and built. */
export class RunningSystem {
  readonly folder = mkdtempSync(join(tmpdir(), 'btcf-e2e-'));
  readonly dataDir = join(this.folder, 'data');
  #child: ChildProcess | undefined;
  #said = '';

  constructor() {
    chmodSync(this.folder, 0o755); // the database may have to run as another user
  }

  /** All that was printed since the newest start. */
  get said(): string {
    return this.#said;
  }

  async start(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
    this.#said = '';
    const command = [
      join(repositoryRoot, 'apps', 'supervisor', 'dist', 'main.js'),
      ...args,
      '--port',
      String(await freePort()),
    ];
    const child = spawn(process.execPath, command, {
      cwd: repositoryRoot,
      env: { ...process.env, NODE_OPTIONS: '', BTCF_DATA_DIR: this.dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (this.#said += String(chunk)));
    await waitFor(() => this.#said.includes('Ctrl-C stops') || child.exitCode !== null, {
      deadlineMs: 90_000,
      what: 'the system is up',
    });
    if (child.exitCode !== null) throw new Error(`the system did not start:\n${this.#said}`);
  }

  /** Stops as Ctrl-C does; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill('SIGINT');
    await once(child, 'close');
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  runFile(): RunFile {
    return JSON.parse(readFileSync(join(this.dataDir, 'run.json'), 'utf8')) as RunFile;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.#ask('GET', path, headers);
  }

  /** @param body sent as JSON; nothing is sent without one */
  post(path: string, body?: unknown): Promise<Reply> {
    if (body === undefined) return this.#ask('POST', path);
    return this.#ask('POST', path, { 'content-type': 'application/json' }, JSON.stringify(body));
  }

  async #ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    content?: string,
  ): Promise<Reply> {
    const key = readFileSync(join(this.dataDir, 'admin.key'), 'utf8').trim();
    const reply = await fetch(`${this.runFile().gatewayUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(content === undefined ? {} : { body: content }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text ? JSON.parse(text) : undefined };
  }

  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new Client({
      connectionString: this.runFile().databaseUrl,
      connectionTimeoutMillis: 2_000,
    });
    client.on('error', () => undefined); // a killed server ends the session; the caller's query says so
    await client.connect();
    try {
      return (await client.query(sql, parameters)).rows as Row[];
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** kill -9, and waits until another process has taken its place. */
  async kill(service: string): Promise<void> {
    const before = this.runFile().pids[service];
    if (before === undefined)
      throw new Error(`${service} is not in run.json: ${JSON.stringify(this.runFile().pids)}`);
    process.kill(before, 'SIGKILL');
    await waitFor(() => ![undefined, before].includes(this.runFile().pids[service]), {
      deadlineMs: 30_000,
      what: `${service} is started again`,
    });
  }
}
