import type { Clock, Logger } from '@btcforecast/platform';
import { CredentialMemory } from '../credential-memory.js';
import { LastUses } from '../last-uses.js';
import type { ClientRecord } from './client-record.js';
import type { OAuthClientRepository } from './oauth-client.repository.js';

export interface OAuthClientsDependencies {
  readonly repository: OAuthClientRepository;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Clients in memory are read again this often, so the end of one is the end of its tokens within seconds. */
const REFRESH_MS = 5_000;

/** The OAuth clients that asked lately, so that no request with a token of theirs waits for the database. */
export class OAuthClients {
  readonly #memory: CredentialMemory<ClientRecord>;
  readonly #uses: LastUses;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: OAuthClientsDependencies) {
    const { repository, clock, logger } = deps;
    const shared = { what: 'OAuth clients', clock, logger };
    this.#memory = new CredentialMemory({
      ...shared,
      read: (ids) => repository.listByIds(ids),
      idOf: ({ id }) => id,
    });
    this.#uses = new LastUses({ ...shared, write: (uses) => repository.markUsed(uses) });
  }

  /** Starts the background read. */
  start(): void {
    this.#timer ??= setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  /** Stops it and writes down the last uses. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#memory.settled();
    await this.#uses.write();
  }

  /** What memory knows: the client, null when there is none, undefined when {@link get} has to be asked. */
  peek(id: string): ClientRecord | null | undefined {
    return this.#memory.find(id)?.record;
  }

  /** @throws AppError transient database.unavailable when it is not in memory and cannot be read */
  async get(id: string): Promise<ClientRecord | null> {
    return (this.#memory.find(id) ?? (await this.#memory.lookUp(id))).record;
  }

  noteUse(id: string): void {
    this.#uses.note(id, this.deps.clock.now());
  }

  /** To be called once a change of a client is committed: it counts here at once, elsewhere with the next read. */
  forget(id: string): void {
    this.#memory.forget(id);
  }

  /** Reads all clients in memory again, and writes down uses now and then. Never rejects. */
  async refresh(): Promise<void> {
    await this.#memory.refresh();
    await this.#uses.writeIfDue();
  }
}
