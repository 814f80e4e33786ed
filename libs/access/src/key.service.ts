import { timingSafeEqual } from 'node:crypto';
import { AppError, type Clock, type Logger } from '@btcforecast/platform';
import { CredentialsRefusedError, type RefusalReason } from './credentials-refused.error.js';
import { IN_MEMORY, type Known } from './credential-memory.js';
import { parseKeyText, type PresentedKey } from './key-text.js';
import type { KeyRecord, KeyRepository } from './key.repository.js';
import type { Principal } from './principal.js';
import { RememberedCredentials } from './remembered-credentials.js';

export interface KeyServiceDependencies {
  readonly repository: KeyRepository;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where credentials are shown from. */
export interface Caller {
  readonly ip: string;
}

/** Stands in for the secret of a key that does not exist, so that the comparison takes place all the same. */
const NO_SECRET_HASH = '0'.repeat(64);

/**
 * Judges keys. A key seen before is judged in memory, without waiting; a background read keeps the memory
 * right, and while the database is away verified keys go on working for 15 minutes.
 *
 * Every refusal is the same to the caller, whichever part was wrong, so that ids cannot be guessed.
 */
export class KeyService {
  readonly #keys: RememberedCredentials<KeyRecord>;
  /** Texts that were found right a moment ago, so that a busy client does not have its secret hashed each time. */
  readonly #verified = new Map<string, Known<KeyRecord>>();

  constructor(private readonly deps: KeyServiceDependencies) {
    const { repository, clock, logger } = deps;
    this.#keys = new RememberedCredentials({
      what: 'keys',
      read: (ids) => repository.listByIds(ids),
      write: (uses) => repository.markUsed(uses),
      clock,
      logger,
    });
  }

  /** Starts the background read. */
  start(): void {
    this.#keys.start(() => this.refresh());
  }

  /** Stops it and writes down the last uses. */
  close(): Promise<void> {
    return this.#keys.close();
  }

  /**
   * Whose key this is, as far as memory can tell; undefined when the database has to be asked, which
   * {@link verify} does.
   *
   * @param text the key as sent: the Authorization header without its scheme
   * @throws AppError access.unauthenticated when the key is known to be wrong, revoked or expired;
   *   access.address_not_allowed
   */
  verifyFromMemory(text: string, from: Caller): Principal | undefined {
    return this.#recognise(text, from) ?? this.#judgeFromMemory(text, this.#parse(text), from);
  }

  /**
   * Whose key this is.
   *
   * @throws AppError access.unauthenticated, access.address_not_allowed; transient database.unavailable when the key is
   *   not in memory and the database cannot be asked
   */
  async verify(text: string, from: Caller): Promise<Principal> {
    const presented = this.#parse(text);
    const principal = this.#judgeFromMemory(text, presented, from);
    return principal ?? this.#judge(text, presented, await this.#keys.memory.lookUp(presented.id), from);
  }

  /**
   * Whose key this is now, for somebody who has shown it before; null when it has been revoked or has expired, or may not
   * be used from there any more.
   *
   * @param address from where it was shown; null where that does not matter
   * @throws AppError transient database.unavailable when the key is not in memory and the database cannot be asked
   */
  async current(id: string, address: string | null): Promise<Principal | null> {
    const record = await this.#keys.get(id);
    if (!record || !isOpen(record, this.deps.clock.now())) return null;
    const isAllowed = address === null || record.allows === null || record.allows(address);
    return isAllowed ? record.principal : null;
  }

  /** Reads every key in memory again, in one question, and writes down uses now and then. Never rejects. */
  async refresh(): Promise<void> {
    await this.#keys.memory.refresh();
    this.#verified.clear();
    await this.#keys.uses.writeIfDue();
  }

  /** To be called once a change of a key is committed: this process notices it at once, others with their next read. */
  forget(id: string): void {
    this.#keys.memory.forget(id);
    this.#verified.clear();
  }

  /** Rejects when the database has been away for so long that no key counts any more. */
  async assertUsable(): Promise<void> {
    this.#keys.memory.assertUsable();
  }

  #parse(text: string): PresentedKey {
    const presented = parseKeyText(text);
    if (presented) return presented;
    throw refusal(null, 'malformed');
  }

  /** The short way: this very text was right since the last refresh, and its key still is. */
  #recognise(text: string, from: Caller): Principal | undefined {
    const known = this.#verified.get(text);
    if (!known?.record || !this.#keys.memory.isTrusted(known)) return undefined;
    const nowMs = this.deps.clock.now();
    return isOpen(known.record, nowMs) ? this.#enter(known.record, from, nowMs) : undefined;
  }

  #judgeFromMemory(text: string, presented: PresentedKey, from: Caller): Principal | undefined {
    const known = this.#keys.memory.find(presented.id);
    return known && this.#judge(text, presented, known, from);
  }

  #judge(text: string, presented: PresentedKey, known: Known<KeyRecord>, from: Caller): Principal {
    const { record } = known;
    const nowMs = this.deps.clock.now();
    const reason = refusalReason(record, presented, nowMs);
    if (record === null || reason) {
      throw refusal(`key ${presented.id}`, reason ?? 'unknown');
    }
    // A secret that was replaced ends while nothing is read, so it goes the long way each time.
    const isCurrent = presented.secretHash === record.secretHash;
    if (isCurrent && this.#verified.size < IN_MEMORY) this.#verified.set(text, known);
    return this.#enter(record, from, nowMs);
  }

  #enter({ id, allows, principal }: KeyRecord, from: Caller, nowMs: number): Principal {
    if (allows !== null && !allows(from.ip)) throw fromElsewhere(from);
    this.#keys.uses.note(id, nowMs);
    return principal;
  }
}

function isOpen({ revokedAt, expiresAt }: KeyRecord, nowMs: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > nowMs);
}

function refusalReason(
  record: KeyRecord | null,
  { secretHash }: PresentedKey,
  nowMs: number,
): RefusalReason | undefined {
  const shown = secretShown(record, secretHash);
  if (record === null) return 'unknown';
  if (shown === undefined) return 'wrong secret';
  if (shown === 'previous' && hasEnded(record.previous, nowMs)) return 'replaced secret';
  if (isOpen(record, nowMs)) return undefined;
  return record.revokedAt !== null ? 'revoked' : 'expired';
}

/** Both are compared in any case, whether they are there or not. */
function secretShown(record: KeyRecord | null, secretHash: string): 'current' | 'previous' | undefined {
  const isCurrent = equalHashes(secretHash, record?.secretHash ?? NO_SECRET_HASH);
  const isPrevious = equalHashes(secretHash, record?.previous?.secretHash ?? NO_SECRET_HASH);
  if (isCurrent) return 'current';
  return isPrevious ? 'previous' : undefined;
}

function hasEnded(previous: KeyRecord['previous'], nowMs: number): boolean {
  return previous === null || previous.until <= nowMs;
}

function equalHashes(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}

function refusal(subject: string | null, reason: RefusalReason): CredentialsRefusedError {
  return new CredentialsRefusedError(
    'the key is missing, malformed, unknown, revoked or expired; send "Authorization: Bearer <key>" with a valid key',
    subject,
    reason,
  );
}

/** Said openly: whoever gets here has the secret. */
function fromElsewhere({ ip }: Caller): AppError {
  return new AppError(
    'caller',
    'access.address_not_allowed',
    `this key may not be used from ${ip}; use it from an address on its list, or have its allowedAddresses changed`,
  );
}
