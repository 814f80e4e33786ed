import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, isDatabaseAway, type Logger } from '@btcforecast/platform';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { Claim, IdempotencyRepository, KeyScope, StoredReply } from './idempotency.repository.js';

const RENEW_MS = 10_000;
/** What a client that came too early is told to wait. */
const RETRY_AFTER_SECONDS = 1;
/** Pauses between attempts, milliseconds. */
const PAUSES = { initialDelay: 50, maxDelay: 500 };
/** So long a reply waits for its key to be free. A database that takes longer is away. */
const RELEASE_MS = 500;
/** After so long a key is free anyway; see the repository. */
const LEASE_MS = 30_000;

/** A key that a request of this process holds. */
export interface HeldKey {
  readonly owner: string;
}

export type Admission =
  | { readonly kind: 'first'; readonly held: HeldKey }
  | { readonly kind: 'repeated'; readonly reply: StoredReply };

/**
 * Makes requests with an Idempotency-Key take effect once: the first runs, the others get its reply. What is known of
 * a key is in the database, so it holds for all gateways and through restarts.
 *
 * @see draft-ietf-httpapi-idempotency-key-header-07
 */
export class IdempotencyKeys {
  readonly #held = new Set<string>();
  /** Replies that the database would not take yet; their keys stay held until it does. */
  readonly #unsaved = new Map<string, StoredReply>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: IdempotencyRepository,
    private readonly logger: Logger,
  ) {}

  /** Starts renewing the keys that are held. */
  start(): void {
    this.#timer ??= setInterval(() => void this.renew(), RENEW_MS).unref();
  }

  /** Stops it, after a last attempt to save what is not saved. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#saveUnsaved();
  }

  /**
   * Whether a request may run, or has its reply already. Nothing has been done yet, so this waits for a database that is
   * away, as while another becomes the primary, and for a request with the same key to end: a balancer repeats one when
   * its gateway failed, which may still be about to set the key free.
   *
   * @param fingerprint SHA-256 of what was asked, 64 hexadecimal digits
   * @param withinMs how long it may wait; 0: there is one attempt, however long it takes
   * @throws AppError caller idempotency.key_reused when the key came with another request before,
   *   idempotency.in_progress while that runs, idempotency.secret_not_replayable when its reply showed a secret;
   *   transient database.unavailable when the database did not answer in time
   */
  async admit(scope: KeyScope, fingerprint: string, withinMs = 0): Promise<Admission> {
    const owner = randomUUID();
    const claim = await this.#claim(scope, fingerprint, { owner, withinMs });
    if (claim.state === 'ours') {
      this.#held.add(owner);
      return { kind: 'first', held: { owner } };
    }
    if (claim.fingerprint !== fingerprint) throw reused();
    if (claim.state === 'running') throw inProgress();
    if (claim.reply.body === null) throw notReplayable();
    return { kind: 'repeated', reply: claim.reply };
  }

  /** Keeps the reply for whoever sends the same again. Never rejects: what cannot be kept now is tried again. */
  async complete({ owner }: HeldKey, reply: StoredReply): Promise<void> {
    this.#unsaved.set(owner, reply);
    await this.#save(owner, reply);
  }

  /**
   * Sets the key free, because nothing was done, for whoever gets a reply that asks him to try again should not find his
   * own key taken. Never rejects. While the database is away this is settled soon, and goes on by itself.
   */
  async release({ owner }: HeldKey): Promise<void> {
    this.#held.delete(owner);
    const free = again(
      () => this.repository.release(owner),
      () => false,
      LEASE_MS,
      this.#closing.signal,
    ).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'an idempotency key could not be set free; it is when its lease ends');
    });
    await withinTime(free, RELEASE_MS, undefined);
  }

  /** Gives the key up, because nobody knows whether anything was done or still is: it is free when its lease ends. */
  abandon({ owner }: HeldKey): void {
    this.#held.delete(owner);
  }

  /** Keeps the keys of running requests from being taken over. Never rejects. */
  async renew(): Promise<void> {
    await this.#saveUnsaved();
    if (this.#held.size === 0) return;
    try {
      await this.repository.renew([...this.#held]);
    } catch (error) {
      this.logger.warn({ err: error, held: this.#held.size }, 'idempotency keys could not be renewed');
    }
  }

  /** What comes too late is given back. */
  async #claim(
    scope: KeyScope,
    fingerprint: string,
    { owner, withinMs }: HeldKey & { withinMs: number },
  ): Promise<Claim> {
    const claiming = again(
      () => this.repository.claim(scope, fingerprint, owner),
      (claim) => claim.state === 'running' && claim.fingerprint === fingerprint,
      withinMs,
      this.#closing.signal,
    );
    if (withinMs <= 0) return claiming;
    const claim = await withinTime(claiming, withinMs, null);
    if (claim) return claim;
    void claiming.then(
      ({ state }) => (state === 'ours' ? this.release({ owner }) : undefined),
      () => undefined,
    );
    throw unavailable();
  }

  async #saveUnsaved(): Promise<void> {
    for (const [owner, reply] of this.#unsaved) await this.#save(owner, reply);
  }

  async #save(owner: string, reply: StoredReply): Promise<void> {
    try {
      if (!(await this.repository.complete(owner, reply))) {
        this.logger.warn({ owner }, 'a reply was not kept: its idempotency key was taken over meanwhile');
      }
      this.#unsaved.delete(owner);
      this.#held.delete(owner);
    } catch (error) {
      this.logger.warn(
        { err: error },
        'a reply could not be kept for its idempotency key; it is tried again',
      );
    }
  }
}

/** Runs what may run again, until the database is there and what it says is not to be waited for, or the time is over. */
function again<T>(
  work: () => Promise<T>,
  isUnsettled: (result: T) => boolean,
  withinMs: number,
  signal: AbortSignal,
): Promise<T> {
  const untilMs = performance.now() + withinMs;
  const isTime = (): boolean => performance.now() < untilMs;
  const policy = retry(
    handleWhen((error) => isDatabaseAway(error) && isTime()).orWhenResult(
      (result) => isUnsettled(result as T) && isTime(),
    ),
    { maxAttempts: Number.MAX_SAFE_INTEGER, backoff: new ExponentialBackoff(PAUSES) },
  );
  return policy.execute(work, signal);
}

async function withinTime<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, delay(ms, late, { signal: timer.signal, ref: false })]);
  } finally {
    timer.abort();
  }
}

function unavailable(): AppError {
  const message = 'the database does not answer; nothing was done, so send the request again in a moment';
  return new AppError('transient', 'database.unavailable', message);
}

function reused(): AppError {
  return new AppError(
    'caller',
    'idempotency.key_reused',
    'this Idempotency-Key came with another request before; use a fresh one for each request',
  );
}

function inProgress(): AppError {
  return new AppError(
    'caller',
    'idempotency.in_progress',
    'the first request with this Idempotency-Key is still running; send it again in a moment',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

/** Of a reply that showed a secret, when whoever repeats the request cannot be shown it. */
export function notReplayable(): AppError {
  return new AppError(
    'caller',
    'idempotency.secret_not_replayable',
    'this was done already, and its reply showed a secret, which is shown again only to the API key or token of the ' +
      'first request; if it was lost, delete what was made and make it anew with a fresh Idempotency-Key',
  );
}
