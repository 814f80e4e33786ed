import type { Clock, Logger } from '@btcforecast/platform';
import { CredentialMemory } from './credential-memory.js';
import { LastUses } from './last-uses.js';

export interface RememberedCredentialsOptions<R> {
  /** What these credentials are, in the plural, for messages: `keys`. */
  readonly what: string;
  /** Those of these ids that exist. */
  read(ids: readonly string[]): Promise<readonly R[]>;
  /** Moves times of last use forward, never back. Instants are epoch milliseconds. */
  write(uses: ReadonlyMap<string, number>): Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is in memory is read again this often, so that a change made elsewhere counts well within 15 seconds. */
const REFRESH_MS = 5_000;

/** The memory of one kind of credentials and of their last uses, kept right in the background. */
export class RememberedCredentials<R extends { readonly id: string }> {
  readonly memory: CredentialMemory<R>;
  readonly uses: LastUses;
  #timer: NodeJS.Timeout | undefined;

  constructor({ what, read, write, clock, logger }: RememberedCredentialsOptions<R>) {
    this.memory = new CredentialMemory({ what, read, idOf: ({ id }) => id, clock, logger });
    this.uses = new LastUses({ what, write, clock, logger });
  }

  /** The record of an id; null when there is none. @throws AppError transient database.unavailable */
  async get(id: string): Promise<R | null> {
    return (this.memory.find(id) ?? (await this.memory.lookUp(id))).record;
  }

  /** @param refresh what is done every few seconds; does not reject */
  start(refresh: () => Promise<void>): void {
    this.#timer ??= setInterval(() => void refresh(), REFRESH_MS).unref();
  }

  /** Reads everything in memory again, in one question, and writes down uses now and then. Never rejects. */
  async refresh(): Promise<void> {
    await this.memory.refresh();
    await this.uses.writeIfDue();
  }

  /** Stops the background read and writes down the last uses. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.memory.settled();
    await this.uses.write();
  }
}
