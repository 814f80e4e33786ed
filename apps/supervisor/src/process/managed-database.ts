import {
  DatabaseServerError,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@btcforecast/database/embedded';
import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from '../terminal.js';
import { describeDatabaseLine } from './describe-log-line.js';
import { LogFile } from './log-file.js';
import { nextRestart } from './restart-policy.js';

export interface DatabaseSpec {
  readonly dataDir: string;
  readonly logFile: string;
}

/** The embedded PostgreSQL, started again on the same port whenever it dies, until it is stopped. */
export class ManagedDatabase {
  readonly #log: LogFile;
  #server: EmbeddedPostgres | undefined;
  #stopping = new AbortController();
  #deaths = 0;
  #starting: Promise<unknown> | undefined;
  #restarting: Promise<void> | undefined;

  constructor(
    private readonly spec: DatabaseSpec,
    private readonly watch: { readonly terminal: Terminal; readonly onStarted: () => void },
  ) {
    this.#log = new LogFile(spec.logFile);
  }

  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** @throws DatabaseServerError, one sentence */
  async start(): Promise<{ readonly url: string; readonly port: number }> {
    const starting = this.#launch();
    this.#starting = starting.catch(() => undefined); // stop() waits for it, whatever comes of it
    const { url, port } = await starting;
    return { url, port };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    await this.#restarting;
    await this.#server?.stop();
    this.#log.close();
  }

  /** Ends it without waiting for sessions; the next start recovers. */
  kill(): void {
    this.#stopping.abort();
    if (!this.#server) return;
    try {
      process.kill(this.#server.pid, 'SIGQUIT');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async #launch(port?: number): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({
      dataDir: this.spec.dataDir,
      onLog: (line) => this.#onLine(line),
      ...(port !== undefined && { port }),
    });
    const bornAt = performance.now();
    this.#server = server;
    this.watch.onStarted();
    void server.exited.then(({ code, signal }) => {
      if (this.#stopping.signal.aborted) return;
      const why = signal ?? `exit code ${code}`;
      this.#restarting = this.#restart(server.port, performance.now() - bornAt, why);
    });
    return server;
  }

  async #restart(port: number, livedMs: number, why: string): Promise<void> {
    const { terminal } = this.watch;
    const died = performance.now();
    for (let lived = livedMs, cause = why; !this.#stopping.signal.aborted; lived = 0) {
      const { deaths, delayMs, slow } = nextRestart(this.#deaths, lived);
      this.#deaths = deaths;
      const then = slow ? `trying again in ${delayMs / 1_000} s` : 'starting it again';
      terminal.say(`✗ database ended (${cause}): ${then}`);
      try {
        await delay(delayMs, undefined, { signal: this.#stopping.signal });
        await this.#launch(port);
        terminal.say(`✓ database is back (${((performance.now() - died) / 1_000).toFixed(1)} s)`);
        return;
      } catch (error) {
        cause = (error as Error).message;
        if (!(error instanceof DatabaseServerError)) terminal.warn('database', 'error', cause);
      }
    }
  }

  #onLine(line: string): void {
    this.#log.write(line);
    const shown = describeDatabaseLine(line);
    if (shown) this.watch.terminal.warn('database', shown.level, shown.text);
  }
}
