import { timingSafeEqual } from 'node:crypto';
import { AppError, type Clock, type Logger } from '@btcforecast/platform';
import { CredentialsRefusedError } from '../credentials-refused.error.js';
import type { Known } from '../credential-memory.js';
import type { Principal } from '../principal.js';
import { RememberedCredentials } from '../remembered-credentials.js';
import { parseSessionText, type PresentedSession } from './session-text.js';
import type { SessionRecord, SessionRepository } from './session.repository.js';

/** How long sessions go on, ms. */
export interface SessionTimes {
  /** Without being used. */
  readonly idleMs: number;
  /** In any case. */
  readonly maxMs: number;
}

export interface SessionServiceDependencies {
  readonly repository: SessionRepository;
  readonly times: SessionTimes;
  readonly clock: Clock;
  readonly logger: Logger;
}

const ENDED = 'the session is unknown or has ended; log in again at POST /v1/session';
/** Stands in for the secret of a session that does not exist, so that the comparison takes place all the same. */
const NO_SECRET_HASH = '0'.repeat(64);

/** Judges sessions, in memory like keys: one that was ended elsewhere is refused within seconds, here at once. */
export class SessionService {
  readonly #sessions: RememberedCredentials<SessionRecord>;

  constructor(private readonly deps: SessionServiceDependencies) {
    const { repository, clock, logger } = deps;
    this.#sessions = new RememberedCredentials({
      what: 'sessions',
      read: (ids) => repository.listByIds(ids),
      write: (uses) => repository.markSeen(uses),
      clock,
      logger,
    });
  }

  /** Starts the background read. */
  start(): void {
    this.#sessions.start(() => this.refresh());
  }

  /** Stops it and writes down the last uses. */
  close(): Promise<void> {
    return this.#sessions.close();
  }

  /**
   * Which session this is, as far as memory can tell; undefined when the database has to be asked, which
   * {@link verify} does.
   *
   * @param text the value of the cookie
   * @throws AppError caller access.unauthenticated when it is none, or has ended
   */
  verifyFromMemory(text: string): SessionRecord | undefined {
    const presented = parse(text);
    const known = this.#sessions.memory.find(presented.id);
    return known && this.#judge(presented, known);
  }

  /** @throws AppError caller access.unauthenticated; transient database.unavailable */
  async verify(text: string): Promise<SessionRecord> {
    const presented = parse(text);
    return this.#judge(presented, await this.#sessions.memory.lookUp(presented.id));
  }

  /** The session of a cookie; undefined when it is none, or has ended. @throws AppError transient database.unavailable */
  async find(text: string): Promise<SessionRecord | undefined> {
    const presented = parseSessionText(text);
    const { record } = presented ? await this.#sessions.memory.lookUp(presented.id) : { record: null };
    return record && presented && isSame(record.secretHash, presented.secretHash) ? record : undefined;
  }

  /** Whose session this is now; null when it has ended. @throws AppError transient database.unavailable */
  async current(id: string): Promise<Principal | null> {
    const record = await this.#sessions.get(id);
    return record && this.isOpen(record) ? record.principal : null;
  }

  /** Whether a session has ended neither by its age nor by not being used. */
  isOpen(record: Pick<SessionRecord, 'id' | 'expiresAt' | 'lastSeenAt'>): boolean {
    const nowMs = this.deps.clock.now();
    return nowMs < record.expiresAt && nowMs < this.lastSeenAt(record) + this.deps.times.idleMs;
  }

  /** When a session was last used, epoch ms: what is written down may be a minute behind. */
  lastSeenAt({ id, lastSeenAt }: Pick<SessionRecord, 'id' | 'lastSeenAt'>): number {
    return Math.max(lastSeenAt, this.#sessions.uses.lastOf(id) ?? 0);
  }

  /** Reads every session in memory again, and writes down uses now and then. Never rejects. */
  refresh(): Promise<void> {
    return this.#sessions.refresh();
  }

  /** To be called once a change of users or sessions is committed: this process notices it at once. */
  forget(): void {
    this.#sessions.memory.clear();
  }

  #judge({ id, secretHash }: PresentedSession, { record }: Known<SessionRecord>): SessionRecord {
    const matches = isSame(record?.secretHash ?? NO_SECRET_HASH, secretHash);
    if (record && !matches) throw new CredentialsRefusedError(ENDED, `session ${id}`, 'wrong secret');
    if (!record || !this.isOpen(record)) throw ended();
    this.#sessions.uses.note(id, this.deps.clock.now());
    return record;
  }
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}

function parse(text: string): PresentedSession {
  const presented = parseSessionText(text);
  if (presented) return presented;
  throw ended();
}

/** Not counted against anybody: a page that is still open asks on when its session has ended. */
function ended(): AppError {
  return new AppError('caller', 'access.unauthenticated', ENDED);
}
