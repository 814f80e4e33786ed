import { hash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/create-logger.js';
import type { Clock } from '../time/clock.js';
import { OnceStore } from './once-store.js';

const PRUNE_MS = 60_000;
/** So that one statement never takes long; what is left goes the next time. */
const PRUNE_ROWS = 10_000;

export interface PgOnceStoreOptions {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** In the table used_once, which the primary key makes exact. */
export class PgOnceStore extends OnceStore {
  readonly #timer: NodeJS.Timeout;
  #pruning: Promise<void> | undefined;

  constructor(private readonly options: PgOnceStoreOptions) {
    super();
    this.#timer = setInterval(() => void this.prune(), PRUNE_MS).unref();
  }

  async claim(space: string, value: string, expiresAt: number): Promise<boolean> {
    const now = new Date(this.options.clock.now());
    const claimed = await this.options.dataSource.query<unknown[]>(
      `INSERT INTO used_once (space, digest, expires_at) VALUES ($1, $2, $3)
       ON CONFLICT (space, digest) DO UPDATE SET expires_at = excluded.expires_at
         WHERE used_once.expires_at <= $4
       RETURNING true`,
      [space, hash('sha256', value, 'buffer'), new Date(expiresAt), now],
    );
    return claimed.length > 0;
  }

  /** Forgets what has expired. Never rejects. */
  prune(): Promise<void> {
    this.#pruning ??= this.#prune().finally(() => (this.#pruning = undefined));
    return this.#pruning;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pruning;
  }

  async #prune(): Promise<void> {
    try {
      await this.options.dataSource.query(
        `DELETE FROM used_once WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM used_once WHERE expires_at <= $1 LIMIT ${PRUNE_ROWS}))`,
        [new Date(this.options.clock.now())],
      );
    } catch (error) {
      this.options.logger.warn({ err: error }, 'used nonces could not be pruned');
    }
  }
}
