import { AppError, type Clock, type Logger } from '@btcforecast/platform';
import { LRUCache } from 'lru-cache';

/** Credentials as they stood in the database at `confirmedAt`; `record` is null when there were none of that id. */
export interface Known<R> {
  record: R | null;
  confirmedAt: number;
}

export interface CredentialMemoryOptions<R> {
  /** What these credentials are, in the plural, for messages: `keys`. */
  readonly what: string;
  /** Those of these ids that exist. */
  read(ids: readonly string[]): Promise<readonly R[]>;
  idOf(record: R): string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** For this long after the last answer of the database, what is in memory goes on counting. */
const TRUSTED_WITHOUT_DATABASE_MS = 15 * 60_000;
/** Credentials not shown for this long leave memory. */
const IDLE_MS = 15 * 60_000;
/** An id that does not exist is not looked up again for this long. */
const ABSENT_MS = 2_000;
export const IN_MEMORY = 10_000;

/**
 * Credentials that were shown lately, so that none of a busy client is asked for at each request. `refresh`, called
 * every few seconds, keeps it right; while the database is away what it knows counts for 15 minutes.
 */
export class CredentialMemory<R extends object> {
  readonly #known = new LRUCache<string, Known<R>>({ max: IN_MEMORY, ttl: IDLE_MS, updateAgeOnGet: true });
  readonly #lookups = new Map<string, Promise<Known<R>>>();
  /** Counts what was forgotten: an answer that was under way then is not kept. */
  #forgotten = 0;
  #refreshing: Promise<void> | undefined;
  #databaseAnsweredAt: number;

  constructor(private readonly options: CredentialMemoryOptions<R>) {
    this.#databaseAnsweredAt = options.clock.now();
  }

  /** What memory knows and may be believed. */
  find(id: string): Known<R> | undefined {
    const known = this.#known.get(id);
    return known && this.isTrusted(known) ? known : undefined;
  }

  isTrusted({ record, confirmedAt }: Known<R>): boolean {
    const ageMs = this.options.clock.now() - confirmedAt;
    return ageMs < (record === null ? ABSENT_MS : TRUSTED_WITHOUT_DATABASE_MS);
  }

  /**
   * Asks the database; many requests with one new id ask once.
   *
   * @throws AppError transient database.unavailable
   */
  lookUp(id: string): Promise<Known<R>> {
    const running = this.#lookups.get(id);
    if (running) return running;
    const lookup = this.#read(id).finally(() => {
      if (this.#lookups.get(id) === lookup) this.#lookups.delete(id);
    });
    this.#lookups.set(id, lookup);
    return lookup;
  }

  /** To be called once a change is committed: who shows these next is looked up. */
  forget(id: string): void {
    this.#forgotten += 1;
    this.#known.delete(id);
    this.#lookups.delete(id);
  }

  /** As {@link forget}, of everything. */
  clear(): void {
    this.#forgotten += 1;
    this.#known.clear();
    this.#lookups.clear();
  }

  /** Resolves when no refresh is under way. */
  async settled(): Promise<void> {
    await this.#refreshing;
  }

  /** Reads everything in memory again, in one question. Never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** Rejects when the database has been away for so long that nothing in memory counts any more. */
  assertUsable(): void {
    const { clock, what } = this.options;
    const silentMs = clock.now() - this.#databaseAnsweredAt;
    if (silentMs < TRUSTED_WITHOUT_DATABASE_MS) return;
    const message = `${what} have not been read for 15 minutes`;
    throw new AppError('transient', 'database.unavailable', message, { silentMs });
  }

  async #refresh(): Promise<void> {
    const { clock, logger, what } = this.options;
    const known = [...this.#known.entries()].filter(([, { record }]) => record !== null);
    const askedAt = clock.now();
    try {
      const records = await this.options.read(known.map(([id]) => id));
      this.#databaseAnsweredAt = askedAt;
      const byId = new Map(records.map((record) => [this.options.idOf(record), record]));
      for (const [id, entry] of known)
        Object.assign(entry, { record: byId.get(id) ?? null, confirmedAt: askedAt });
    } catch (error) {
      logger.warn({ err: error }, `${what} could not be read again; those in memory go on counting`);
    }
  }

  async #read(id: string): Promise<Known<R>> {
    const { clock, what } = this.options;
    const known: Known<R> = { record: null, confirmedAt: clock.now() };
    const forgotten = this.#forgotten;
    try {
      [known.record = null] = await this.options.read([id]);
    } catch (error) {
      const message = `${what} cannot be checked at the moment; try again`;
      throw new AppError('transient', 'database.unavailable', message, {}, { cause: error });
    }
    if (forgotten === this.#forgotten) this.#known.set(id, known);
    return known;
  }
}
