import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging/create-logger.js';
import { VaultError } from './vault-client.js';

/** Something that Vault lends for a time. */
export interface Lent {
  /** For how long it counts from when it was given; 0: for ever. */
  readonly seconds: number;
  readonly renewable: boolean;
}

export interface LeaseSource<T extends Lent> {
  /** What it is, for logs: `token`, `database credentials`. */
  readonly name: string;
  obtain(): Promise<T>;
  /** @returns for how many seconds it counts from now on */
  renew(held: T): Promise<number>;
}

/** Vault's advice: renewed when two thirds have passed, there is time for many more attempts. */
const RENEW_AT = 2 / 3;
/** Less than this share of what was given at first: its last day has come, and there is no use in renewing again. */
const FULL = 0.9;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Keeps what Vault lends: renews it at two thirds of its life, and takes another one as soon as a renewal is refused or
 * gives less than it gave at first. Then a third of the life of the old one is left, in which both count. While Vault
 * is away what is held goes on being held, and is asked for again and again.
 */
export class LeaseKeeper<T extends Lent> {
  readonly #stop = new AbortController();
  readonly #handlers: (() => void)[] = [];
  #wake = new AbortController();
  #held: T;
  #endsAt = Infinity;
  #dueAt = Infinity;
  #mustReplace = false;

  private constructor(
    private readonly source: LeaseSource<T>,
    private readonly logger: Logger,
    first: T,
  ) {
    this.#held = first;
  }

  /** Obtains it once, and keeps it from then on. */
  static async start<T extends Lent>(source: LeaseSource<T>, logger: Logger): Promise<LeaseKeeper<T>> {
    const askedAt = performance.now();
    const keeper = new LeaseKeeper(source, logger, await source.obtain());
    keeper.#counts(keeper.#held.seconds, askedAt);
    void keeper.#keep();
    return keeper;
  }

  get held(): T {
    return this.#held;
  }

  /** Until it ends, should nobody renew it; never negative. */
  get secondsLeft(): number {
    return Math.max(0, (this.#endsAt - performance.now()) / 1_000);
  }

  /** It counts no more, or soon will not: another one is taken at once, or as soon as Vault gives one. */
  replace(): void {
    this.#mustReplace = true;
    this.#wake.abort();
  }

  onReplaced(handler: () => void): void {
    this.#handlers.push(handler);
  }

  close(): void {
    this.#stop.abort();
    this.#wake.abort();
  }

  async #keep(): Promise<void> {
    let pauseMs = 0;
    while (!this.#stop.signal.aborted) {
      await this.#pause(pauseMs || this.#dueAt - performance.now());
      if (this.#stop.signal.aborted) return;
      try {
        await this.#renewOrReplace();
        if (pauseMs > 0) this.logger.info({ lease: this.source.name }, 'Vault gives again');
        pauseMs = 0;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#tell(error, pauseMs === 0);
        const { retryAfterMs = 0 } = error as Partial<VaultError>;
        pauseMs = Math.max(nextPause(pauseMs), retryAfterMs);
      }
    }
  }

  async #renewOrReplace(): Promise<void> {
    const askedAt = performance.now();
    if (!this.#mustReplace && this.#held.renewable && this.#endsAt > askedAt) {
      const seconds = await this.#renewed();
      if (seconds >= this.#held.seconds * FULL) return this.#counts(seconds, askedAt);
    }
    // Before the question: whoever demands another one while the answer is under way gets another one.
    this.#mustReplace = false;
    try {
      this.#held = await this.source.obtain();
    } catch (error) {
      this.#mustReplace = true;
      throw error;
    }
    this.#counts(this.#held.seconds, askedAt);
    this.logger.info({ lease: this.source.name, seconds: this.#held.seconds }, 'lease replaced');
    for (const handler of this.#handlers) handler();
  }

  /** @returns 0 when it is refused */
  async #renewed(): Promise<number> {
    try {
      return await this.source.renew(this.#held);
    } catch (error) {
      if (!(error instanceof VaultError) || error.isPassing) throw error;
      this.logger.warn(
        { lease: this.source.name, reason: error.message },
        'lease not renewed: taking another',
      );
      return 0;
    }
  }

  #counts(seconds: number, since: number): void {
    if (seconds <= 0) return;
    this.#endsAt = since + seconds * 1_000;
    this.#dueAt = since + seconds * 1_000 * RENEW_AT;
  }

  #tell(error: unknown, isFirst: boolean): void {
    const fields = {
      lease: this.source.name,
      secondsLeft: Math.round(this.secondsLeft),
      reason: (error as Error).message,
    };
    if (this.secondsLeft === 0) this.logger.error(fields, 'what Vault lent has ended, and it gives no other');
    else if (isFirst) this.logger.warn(fields, 'Vault does not give; what is held still counts');
  }

  /** Ends early, without an error, when woken or stopped. Does not keep the process alive. */
  async #pause(ms: number): Promise<void> {
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
    else if (ms > 0) {
      const { signal } = this.#wake;
      // setTimeout takes 24 days at most.
      await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) this.#wake = new AbortController();
    }
  }
}

function nextPause(ms: number): number {
  const longer = Math.min(2 * ms || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  return longer * (0.75 + Math.random() / 4);
}
