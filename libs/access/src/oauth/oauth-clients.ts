import type { Clock, Logger } from '@btcforecast/platform';
import { RememberedCredentials } from '../remembered-credentials.js';
import type { ClientRecord } from './client-record.js';
import type { OAuthClientRepository } from './oauth-client.repository.js';

export interface OAuthClientsDependencies {
  readonly repository: OAuthClientRepository;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The OAuth clients that asked lately, so that no request with a token of theirs waits for the database. The end of one
 * is the end of its tokens within seconds.
 */
export class OAuthClients {
  readonly #clients: RememberedCredentials<ClientRecord>;

  constructor(private readonly deps: OAuthClientsDependencies) {
    const { repository, clock, logger } = deps;
    this.#clients = new RememberedCredentials({
      what: 'OAuth clients',
      read: (ids) => repository.listByIds(ids),
      write: (uses) => repository.markUsed(uses),
      clock,
      logger,
    });
  }

  /** Starts the background read. */
  start(): void {
    this.#clients.start(() => this.refresh());
  }

  /** Stops it and writes down the last uses. */
  close(): Promise<void> {
    return this.#clients.close();
  }

  /** What memory knows: the client, null when there is none, undefined when {@link get} has to be asked. */
  peek(id: string): ClientRecord | null | undefined {
    return this.#clients.memory.find(id)?.record;
  }

  /** @throws AppError transient database.unavailable when it is not in memory and cannot be read */
  get(id: string): Promise<ClientRecord | null> {
    return this.#clients.get(id);
  }

  noteUse(id: string): void {
    this.#clients.uses.note(id, this.deps.clock.now());
  }

  /** To be called once a change of a client is committed: it counts here at once, elsewhere with the next read. */
  forget(id: string): void {
    this.#clients.memory.forget(id);
  }

  /** Reads all clients in memory again, and writes down uses now and then. Never rejects. */
  refresh(): Promise<void> {
    return this.#clients.refresh();
  }
}
