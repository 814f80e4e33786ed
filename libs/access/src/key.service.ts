import { timingSafeEqual } from 'node:crypto';
import { AppError, type Clock, type Logger } from '@btcforecast/platform';
import { LRUCache } from 'lru-cache';
import { parseKeyText, type PresentedKey } from './key-text.js';
import type { KeyRecord, KeyRepository } from './key.repository.js';
import type { Principal } from './principal.js';

export interface KeyServiceDependencies {
  readonly repository: KeyRepository;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A key as it stood in the database at `confirmedAt`; `record` is null when there was none of that id. */
interface KnownKey {
  record: KeyRecord | null;
  confirmedAt: number;
}

/** Keys in memory are read again this often, so a revocation is noticed well within 15 seconds. */
const REFRESH_MS = 5_000;
/** For this long after the last answer of the database, what is in memory goes on counting. */
const TRUSTED_WITHOUT_DATABASE_MS = 15 * 60_000;
/** A key not shown for this long leaves memory. */
const IDLE_MS = 15 * 60_000;
/** An id that does not exist is not looked up again for this long. */
const ABSENT_MS = 2_000;
const KEYS_IN_MEMORY = 10_000;
const MARK_USED_MS = 60_000;
/** Stands in for the secret of a key that does not exist, so that the comparison takes place all the same. */
const NO_SECRET_HASH = '0'.repeat(64);

/**
 * Judges keys. A key seen before is judged in memory, without waiting; a background read keeps the memory
 * right, and while the database is away verified keys go on working for 15 minutes.
 *
 * Every refusal is the same to the caller, whichever part was wrong, so that ids cannot be guessed.
 */
export class KeyService {
  readonly #known = new LRUCache<string, KnownKey>({
    max: KEYS_IN_MEMORY,
    ttl: IDLE_MS,
    updateAgeOnGet: true,
  });
  /** Texts that were found right a moment ago, so that a busy client does not have its secret hashed each time. */
  readonly #verified = new Map<string, KnownKey>();
  readonly #lookups = new Map<string, Promise<KnownKey>>();
  #uses = new Map<string, number>();
  #usesMarkedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #databaseAnsweredAt: number;

  constructor(private readonly deps: KeyServiceDependencies) {
    this.#usesMarkedAt = deps.clock.now();
    this.#databaseAnsweredAt = deps.clock.now();
  }

  /** Starts the background read. */
  start(): void {
    this.#timer ??= setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  /** Stops it and writes down the last uses. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#refreshing;
    await this.#markUsed();
  }

  /**
   * Whose key this is, as far as memory can tell; undefined when the database has to be asked, which
   * {@link verify} does.
   *
   * @param text the key as sent: the Authorization header without its scheme
   * @throws AppError access.unauthenticated when the key is known to be wrong, revoked or expired
   */
  verifyFromMemory(text: string): Principal | undefined {
    return this.#recognise(text) ?? this.#judgeFromMemory(text, this.#parse(text));
  }

  /**
   * Whose key this is.
   *
   * @throws AppError access.unauthenticated; transient database.unavailable when the key is not in memory and
   *   the database cannot be asked
   */
  async verify(text: string): Promise<Principal> {
    const presented = this.#parse(text);
    const principal = this.#judgeFromMemory(text, presented);
    return principal ?? this.#judge(text, presented, await this.#lookUp(presented.id));
  }

  /**
   * Whose key this is now, for somebody who has shown it before; null when it has been revoked or has expired.
   *
   * @throws AppError transient database.unavailable when the key is not in memory and the database cannot be asked
   */
  async current(id: string): Promise<Principal | null> {
    const known = this.#known.get(id);
    const { record } = known && this.#isTrusted(known) ? known : await this.#lookUp(id);
    return record && !refusalReason(record, true, this.deps.clock.now()) ? record.principal : null;
  }

  /** Reads every key in memory again, in one question, and writes down uses now and then. Never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** Rejects when the database has been away for so long that no key counts any more. */
  async assertUsable(): Promise<void> {
    const silentMs = this.deps.clock.now() - this.#databaseAnsweredAt;
    if (silentMs < TRUSTED_WITHOUT_DATABASE_MS) return;
    throw new AppError('transient', 'database.unavailable', 'keys have not been read for 15 minutes', {
      silentMs,
    });
  }

  async #refresh(): Promise<void> {
    const known = [...this.#known.entries()].filter(([, { record }]) => record !== null);
    const askedAt = this.deps.clock.now();
    try {
      const records = await this.deps.repository.listByIds(known.map(([id]) => id));
      this.#databaseAnsweredAt = askedAt;
      const byId = new Map(records.map((record) => [record.id, record]));
      for (const [id, key] of known)
        Object.assign(key, { record: byId.get(id) ?? null, confirmedAt: askedAt });
      this.#verified.clear();
      if (askedAt - this.#usesMarkedAt >= MARK_USED_MS) await this.#markUsed();
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'keys could not be read again; those in memory go on counting');
    }
  }

  #parse(text: string): PresentedKey {
    const presented = parseKeyText(text);
    if (presented) return presented;
    this.deps.logger.info({ reason: 'malformed' }, 'key refused');
    throw refusal();
  }

  /** The short way: this very text was right since the last refresh, and its key still is. */
  #recognise(text: string): Principal | undefined {
    const known = this.#verified.get(text);
    if (!known?.record || !this.#isTrusted(known)) return undefined;
    const nowMs = this.deps.clock.now();
    if (refusalReason(known.record, true, nowMs)) return undefined;
    this.#uses.set(known.record.id, nowMs);
    return known.record.principal;
  }

  #judgeFromMemory(text: string, presented: PresentedKey): Principal | undefined {
    const known = this.#known.get(presented.id);
    return known && this.#isTrusted(known) ? this.#judge(text, presented, known) : undefined;
  }

  #isTrusted({ record, confirmedAt }: KnownKey): boolean {
    const ageMs = this.deps.clock.now() - confirmedAt;
    return ageMs < (record === null ? ABSENT_MS : TRUSTED_WITHOUT_DATABASE_MS);
  }

  #judge(text: string, presented: PresentedKey, known: KnownKey): Principal {
    const { record } = known;
    const secretMatches = equalHashes(presented.secretHash, record?.secretHash ?? NO_SECRET_HASH);
    const nowMs = this.deps.clock.now();
    const reason = refusalReason(record, secretMatches, nowMs);
    if (record === null || reason) {
      this.deps.logger.info({ keyId: presented.id, reason }, 'key refused');
      throw refusal();
    }
    if (this.#verified.size < KEYS_IN_MEMORY) this.#verified.set(text, known);
    this.#uses.set(record.id, nowMs);
    return record.principal;
  }

  /** Many requests with one new key ask the database once. */
  #lookUp(id: string): Promise<KnownKey> {
    const running = this.#lookups.get(id);
    if (running) return running;
    const lookup = this.#readKey(id).finally(() => this.#lookups.delete(id));
    this.#lookups.set(id, lookup);
    return lookup;
  }

  async #readKey(id: string): Promise<KnownKey> {
    const confirmedAt = this.deps.clock.now();
    try {
      const [record = null] = await this.deps.repository.listByIds([id]);
      const known = { record, confirmedAt };
      this.#known.set(id, known);
      return known;
    } catch (error) {
      throw new AppError(
        'transient',
        'database.unavailable',
        'the key cannot be checked at the moment; try again',
        {},
        { cause: error },
      );
    }
  }

  async #markUsed(): Promise<void> {
    const uses = this.#uses;
    this.#usesMarkedAt = this.deps.clock.now();
    if (uses.size === 0) return;
    this.#uses = new Map();
    try {
      await this.deps.repository.markUsed(uses);
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'last use of keys could not be written');
    }
  }
}

function refusalReason(record: KeyRecord | null, secretMatches: boolean, nowMs: number): string | undefined {
  if (record === null) return 'unknown';
  if (!secretMatches) return 'wrong secret';
  if (record.revokedAt !== null) return 'revoked';
  if (record.expiresAt !== null && record.expiresAt <= nowMs) return 'expired';
  return undefined;
}

function equalHashes(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}

function refusal(): AppError {
  return new AppError(
    'caller',
    'access.unauthenticated',
    'the key is missing, malformed, unknown, revoked or expired; send "Authorization: Bearer <key>" with a valid key',
  );
}
