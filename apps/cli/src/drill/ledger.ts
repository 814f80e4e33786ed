import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const WRITERS = 4;
const PAUSE_MS = 20;
/** Whoever was refused waits a moment, as drivers and libraries do; a storm of connections would be what is measured. */
const REFUSED_MS = 250;
/** As the services have it: no request waits for ever. */
const CONNECT_MS = 5_000;
const STATEMENT_MS = 15_000;

/** How long nothing was answered, at most. */
export class Gaps {
  #last = performance.now();
  #longest = 0;
  #endedAt: number | null = null;

  /** Begins to measure, at the fault. */
  begin(): void {
    this.#last = performance.now();
    this.#longest = 0;
  }

  answered(): void {
    if (this.#endedAt !== null) return;
    this.#longest = this.longestMs;
    this.#last = performance.now();
  }

  /** Ends to measure: what is answered later, and that nothing is, no longer counts. */
  end(): void {
    this.#endedAt ??= performance.now();
  }

  /** A pause that goes on counts, too. */
  get longestMs(): number {
    return Math.max(this.#longest, (this.#endedAt ?? performance.now()) - this.#last);
  }
}

/**
 * Requests one after another by `pg`, as the services send them, from several connections. What fails is counted, and
 * the next request is sent over a new connection.
 */
export class Requests {
  readonly gaps = new Gaps();
  requests = 0;
  failed = 0;
  #stopped: Promise<void> | undefined;
  readonly #loops: Promise<void>[] = [];
  readonly #pool: pg.Pool;

  constructor(
    url: string,
    private readonly send: (client: pg.Pool) => Promise<void>,
  ) {
    this.#pool = poolOf(url, WRITERS);
  }

  start(): this {
    for (let i = 0; i < WRITERS; i++) this.#loops.push(this.#loop());
    return this;
  }

  /** Begins to count, and to measure pauses, anew. */
  begin(): void {
    this.gaps.begin();
    [this.requests, this.failed] = [0, 0];
  }

  /** Ends after the requests that are on their way; can be called again. */
  stop(): Promise<void> {
    this.#stopped ??= Promise.resolve().then(async () => {
      this.gaps.end();
      await Promise.all(this.#loops);
      await this.#pool.end();
    });
    return this.#stopped;
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      this.requests++;
      try {
        await this.send(this.#pool);
        this.gaps.answered();
        await delay(PAUSE_MS);
      } catch {
        this.failed++;
        await delay(REFUSED_MS);
      }
    }
  }
}

/** Writes rows and remembers which were acknowledged. */
export class Ledger {
  readonly writes: Requests;
  readonly acknowledged = new Set<number>();
  #next = 0;

  constructor(
    private readonly url: string,
    private readonly drill: string,
  ) {
    this.writes = new Requests(url, async (pool) => {
      const n = this.#next++;
      await pool.query('INSERT INTO ledger (drill, n) VALUES ($1, $2)', [drill, n]);
      this.acknowledged.add(n);
    });
  }

  /** Makes the table where there is none, then begins. */
  async start(): Promise<this> {
    await withClient(this.url, async (client) => {
      await client.query(
        `CREATE TABLE IF NOT EXISTS ledger (drill text, n integer, at timestamptz NOT NULL DEFAULT clock_timestamp(),
         PRIMARY KEY (drill, n))`,
      );
      await client.query('DELETE FROM ledger WHERE drill = $1', [this.drill]);
    });
    this.writes.start();
    return this;
  }

  /** How many acknowledged rows are not there; asked at another address if one is given. */
  async lost(url = this.url): Promise<number> {
    const there = await this.stored(url);
    return [...this.acknowledged].filter((n) => !there.has(n)).length;
  }

  stored(url = this.url): Promise<Set<number>> {
    return withClient(url, async (client) => {
      const { rows } = await client.query<{ n: number }>('SELECT n FROM ledger WHERE drill = $1', [
        this.drill,
      ]);
      return new Set(rows.map(({ n }) => n));
    });
  }
}

/** So many connections at most, which are kept; one that fails is made anew for the next statement. */
export function poolOf(url: string, connections: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
    application_name: 'btcf drill',
  });
  return pool.on('error', () => undefined); // the next statement finds out
}

/** One connection for one piece of work. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
  });
  client.on('error', () => undefined); // the work itself fails, and says so
  try {
    await client.connect();
    return await work(client);
  } finally {
    void client.end().catch(() => undefined); // of a connection that is gone it never ends
  }
}
