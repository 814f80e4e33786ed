import type { Clock, Logger } from '@btcforecast/platform';

export interface LastUsesOptions {
  /** For messages: `keys`. */
  readonly what: string;
  /** Moves times of last use forward, never back: several processes write them. Instants are epoch milliseconds. */
  write(uses: ReadonlyMap<string, number>): Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WRITE_MS = 60_000;

/** When credentials were last shown: noted at each request, written down once a minute. */
export class LastUses {
  #uses = new Map<string, number>();
  #writtenAt: number;

  constructor(private readonly options: LastUsesOptions) {
    this.#writtenAt = options.clock.now();
  }

  note(id: string, atMs: number): void {
    this.#uses.set(id, atMs);
  }

  /** The last use that is not written down yet. */
  lastOf(id: string): number | undefined {
    return this.#uses.get(id);
  }

  /** Writes when it is time to. Never rejects. */
  async writeIfDue(): Promise<void> {
    if (this.options.clock.now() - this.#writtenAt >= WRITE_MS) await this.write();
  }

  /** Never rejects: what cannot be written is lost, and the next use is written. */
  async write(): Promise<void> {
    const uses = this.#uses;
    this.#writtenAt = this.options.clock.now();
    if (uses.size === 0) return;
    this.#uses = new Map();
    try {
      await this.options.write(uses);
    } catch (error) {
      this.options.logger.warn({ err: error }, `last use of ${this.options.what} could not be written`);
    }
  }
}
