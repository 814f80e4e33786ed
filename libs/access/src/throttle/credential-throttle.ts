import { setTimeout as delay } from 'node:timers/promises';
import {
  AppError,
  type AttemptLimiter,
  type AttemptLimiters,
  type Clock,
  type CountedAttempt,
  type Logger,
  type Metrics,
} from '@btcforecast/platform';
import { LRUCache } from 'lru-cache';
import type { Counter } from 'prom-client';
import { CredentialsRefusedError } from '../credentials-refused.error.js';
import { sourceOf } from './source-of.js';

type Tried = Pick<CredentialsRefusedError, 'subject' | 'reason'>;

export interface CredentialThrottleDependencies {
  readonly limiters: AttemptLimiters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Lets so many ms pass; default a timer. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** From one source: a mistyped key in some script should not be held for long. */
const SOURCE = { name: 'source', max: 30, windowSeconds: 60 };
/** From one source at one key or account. */
const PAIR = { name: 'pair', max: 10, windowSeconds: 900 };
/** At one key or account, from wherever. */
const SUBJECT = { name: 'subject', max: 50, windowSeconds: 900 };
/** How much longer an attempt at such a key or account takes. */
const SLOWED_MS = 1_000;
const HELD_SOURCES = 10_000;

/**
 * Slows the guessing of credentials. Whoever fails too often from one source is refused there for the rest of a window,
 * unseen; a key or account that is tried from everywhere answers more slowly, and never refuses because of others: to
 * lock somebody out must take more than to name them. Kept in the log once for each window, not for each attempt.
 */
export class CredentialThrottle {
  readonly #source: AttemptLimiter;
  readonly #pair: AttemptLimiter;
  readonly #subject: AttemptLimiter;
  /** Sources that have to wait, until when (epoch ms), as far as this process knows. */
  readonly #held = new LRUCache<string, number>({ max: HELD_SOURCES });
  readonly #refused: Counter<'outcome'>;

  constructor(private readonly deps: CredentialThrottleDependencies) {
    this.#source = deps.limiters.limiter(SOURCE);
    this.#pair = deps.limiters.limiter(PAIR);
    this.#subject = deps.limiters.limiter(SUBJECT);
    this.#refused = deps.metrics.counter(
      'credentials_refused_total',
      'Credentials that were not valid; held = not looked at, because their source has to wait',
      ['outcome'],
    );
  }

  /**
   * To be asked before what costs more than a look into memory.
   *
   * @throws AppError caller access.too_many_attempts while the source has to wait
   */
  assertMayTry(address: string): void {
    if (this.#held.size === 0) return;
    const source = sourceOf(address);
    const until = this.#held.get(source);
    if (until === undefined) return;
    const waitMs = until - this.deps.clock.now();
    if (waitMs > 0) throw this.#hold(waitMs);
    this.#held.delete(source);
  }

  /**
   * Counts credentials that were refused: a secret that cannot be guessed is judged first.
   *
   * @returns what to answer: the refusal, or that the source has to wait
   */
  async refused(address: string, refusal: CredentialsRefusedError): Promise<AppError> {
    return this.#answerTo(address, refusal, refusal);
  }

  /**
   * Judges a secret that cannot be guessed, which may so be shown by many at once: what is refused is counted after.
   *
   * @param subject what is tried, e.g. `client 0123456789ab`
   * @throws AppError caller access.too_many_attempts; whatever `judge` throws
   */
  async guard<T>(address: string, subject: string | null, judge: () => Promise<T>): Promise<T> {
    this.assertMayTry(address);
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'access.unauthenticated') throw error;
      throw await this.#answerTo(address, { subject, reason: 'wrong secret' }, error);
    }
  }

  async #answerTo(address: string, tried: Tried, refusal: AppError): Promise<AppError> {
    try {
      const isFirst = await this.#count(address, tried.subject ?? tried.reason);
      this.#note(isFirst, address, tried);
      return refusal;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }

  /**
   * Judges something that can be guessed: the attempt is counted before, so that of many at once no more are judged
   * than may be, and taken back when it turns out well.
   *
   * @param subject what is tried, e.g. `user default ada@example.com`
   * @throws AppError caller access.too_many_attempts; whatever `judge` throws
   */
  async attempt<T>(address: string, subject: string, judge: () => Promise<T>): Promise<T> {
    this.assertMayTry(address);
    const isFirst = await this.#count(address, subject);
    try {
      const result = await judge();
      await this.#forgive(address, subject);
      return result;
    } catch (error) {
      if (error instanceof CredentialsRefusedError) this.#note(isFirst, address, error);
      else await this.#forgive(address, subject);
      throw error;
    }
  }

  async #forgive(address: string, subject: string): Promise<void> {
    const source = sourceOf(address);
    await Promise.all([
      this.#source.forgive(source),
      this.#pair.clear(pairOf(source, subject)),
      this.#subject.forgive(subject),
    ]);
  }

  #note(isFirst: boolean, address: string, { subject, reason }: Tried): void {
    this.#refused.inc({ outcome: 'refused' });
    if (isFirst) this.deps.logger.info({ address, subject, reason }, 'credentials refused');
  }

  /**
   * @returns whether it is the first from there at that key or account for some time
   * @throws AppError caller access.too_many_attempts when there were too many
   */
  async #count(address: string, subject: string): Promise<boolean> {
    const source = sourceOf(address);
    const bySource = await this.#source.count(source);
    if (bySource.isOver) {
      this.#held.set(source, this.deps.clock.now() + bySource.windowEndsInMs);
      this.#logOnce(bySource, SOURCE.max, { address }, 'credentials tried too often from one address');
      throw this.#hold(bySource.windowEndsInMs);
    }
    const [byPair, bySubject] = await Promise.all([
      this.#pair.count(pairOf(source, subject)),
      this.#subject.count(subject),
    ]);
    if (byPair.isOver) {
      this.#logOnce(
        byPair,
        PAIR.max,
        { address, subject },
        'one key or account tried too often from one address',
      );
      throw this.#hold(byPair.windowEndsInMs);
    }
    if (bySubject.isOver) {
      this.#logOnce(bySubject, SUBJECT.max, { subject }, 'one key or account tried from many addresses');
      await (this.deps.pause ?? delay)(SLOWED_MS);
    }
    return byPair.count === 1;
  }

  #logOnce({ count }: CountedAttempt, max: number, fields: object, message: string): void {
    if (count === max + 1) this.deps.logger.warn(fields, message);
  }

  #hold(waitMs: number): AppError {
    this.#refused.inc({ outcome: 'held' });
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    const message =
      `too many wrong credentials came from this address; none are looked at for ${retryAfterSeconds} s: wait, and ` +
      'correct them meanwhile';
    return new AppError('caller', 'access.too_many_attempts', message, { retryAfterSeconds });
  }
}

function pairOf(source: string, subject: string): string {
  return `${source} ${subject}`;
}
