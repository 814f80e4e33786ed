import type {
  ChangePasswordRequest,
  LoginRequest,
  SessionEndedReply,
  SessionReply,
  SessionsReply,
} from '@btcforecast/contracts';
import type { UserEntity } from '@btcforecast/database';
import { AppError, type Clock } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { CredentialsRefusedError } from '../credentials-refused.error.js';
import type { Principal } from '../principal.js';
import type { CredentialThrottle } from '../throttle/credential-throttle.js';
import type { PasswordHasher } from '../users/password-hasher.js';
import { UserRepository } from '../users/user.repository.js';
import { sessionReply, sessionSummary } from './session-reply.js';
import { createSessionText } from './session-text.js';
import { type SessionRecord, SessionRepository } from './session.repository.js';
import type { SessionService, SessionTimes } from './session.service.js';

export interface SessionAdministrationDependencies {
  readonly dataSource: DataSource;
  readonly passwords: PasswordHasher;
  readonly sessions: SessionService;
  readonly throttle: CredentialThrottle;
  readonly times: SessionTimes;
  readonly clock: Clock;
}

/** From where, and with what, somebody logs in. */
export interface Visitor {
  readonly ip: string;
  readonly userAgent: string | undefined;
}

/** A session that has begun; `text` is for its cookie. */
export interface OpenedSession {
  readonly text: string;
  readonly reply: SessionReply;
  readonly principal: Principal;
}

/** Of a user: the oldest ends when another is begun. */
const MAX_SESSIONS = 20;
const MAX_USER_AGENT = 200;

/** Logging in and out. */
export class SessionAdministration {
  constructor(private readonly deps: SessionAdministrationDependencies) {}

  /**
   * Begins a session. It takes as long for an address that nobody has, and says the same.
   *
   * @param replaced the session that the browser had, which ends: what was planted there before opens nothing later
   * @throws AppError caller access.login_failed, access.too_many_attempts; transient service.not_ready when too many log in at once
   */
  async login(asked: LoginRequest, visitor: Visitor, replaced?: SessionRecord): Promise<OpenedSession> {
    const { dataSource, passwords } = this.deps;
    const user = await new UserRepository(dataSource).findByEmail(asked.tenant, asked.email);
    const subject = `user ${asked.tenant}/${asked.email}`;
    const { isOutdated, ...known } = await this.#check(asked.password, user, { subject, visitor });
    const renewed = isOutdated ? await passwords.hash(asked.password) : undefined;
    const opened = await dataSource.transaction(async (manager) => {
      const held = await this.#hold(manager, known.user);
      const lastLoginAt = new Date(this.deps.clock.now());
      const change = { lastLoginAt, ...(renewed !== undefined && { passwordHash: renewed }) };
      await new UserRepository(manager).change(held.tenant, held.id, change);
      const sessions = new SessionRepository(manager);
      if (replaced) await sessions.delete(replaced.principal.id, replaced.id);
      return this.#begin(sessions, held, visitor);
    });
    this.deps.sessions.forget();
    return opened;
  }

  /** The session that asks. @param text the value of its cookie */
  describe(session: SessionRecord, text: string): SessionReply {
    return sessionReply(this.#seen(session), text, this.deps.times);
  }

  /** The sessions of whoever asks. @throws AppError caller session.not_found when that is no user */
  async list(by: Principal): Promise<SessionsReply> {
    const { dataSource, sessions, times } = this.deps;
    const rows = await new SessionRepository(dataSource).listOfUser(userOf(by));
    const open = rows.map((row) => this.#seen(row)).filter((row) => sessions.isOpen(row));
    return { data: open.map((row) => sessionSummary(row, times, row.id === by.session)) };
  }

  /** Ends a session of whoever asks. @throws AppError caller session.not_found */
  async end(by: Principal, id: string): Promise<SessionEndedReply> {
    const { dataSource, sessions } = this.deps;
    if (!(await new SessionRepository(dataSource).delete(userOf(by), id))) throw sessionNotFound(id);
    sessions.forget();
    return { ended: [id] };
  }

  /**
   * Changes the password of whoever asks, ends all sessions and begins a new one.
   *
   * @throws AppError caller access.login_failed when the present password is another, access.too_many_attempts, user.conflict when the new one is
   *   the same, session.not_found; transient service.not_ready
   */
  async changePassword(
    by: Principal,
    asked: ChangePasswordRequest,
    visitor: Visitor,
  ): Promise<OpenedSession> {
    const { dataSource, passwords } = this.deps;
    const user = await new UserRepository(dataSource).find(by.tenant, userOf(by));
    const subject = `user ${by.id}`;
    const known = await this.#check(asked.currentPassword, user, { subject, visitor });
    if (asked.newPassword === asked.currentPassword) throw samePassword();
    const passwordHash = await passwords.hash(asked.newPassword);
    const opened = await dataSource.transaction(async (manager) => {
      const held = await this.#hold(manager, known.user);
      const change = { passwordHash, passwordChangedAt: new Date(this.deps.clock.now()) };
      await new UserRepository(manager).change(held.tenant, held.id, change);
      const sessions = new SessionRepository(manager);
      await sessions.deleteOfUser(held.id);
      return this.#begin(sessions, held, visitor);
    });
    this.deps.sessions.forget();
    return opened;
  }

  /** As slow for nobody as for somebody, and slower for whoever tries often. */
  #check(password: string, user: UserEntity | null, attempt: { subject: string; visitor: Visitor }) {
    const { passwords, throttle } = this.deps;
    return throttle.attempt(attempt.visitor.ip, attempt.subject, async () => {
      const stored = user?.disabledAt === null ? user.passwordHash : null;
      const { matches, isOutdated } = await passwords.verify(password, stored);
      if (!user || !matches) throw loginFailed(attempt.subject);
      return { user, isOutdated };
    });
  }

  /** A user who was disabled, or whose password was changed, while this one was being checked does not get in. */
  async #hold(manager: EntityManager, user: UserEntity): Promise<UserEntity> {
    const held = await new UserRepository(manager).holdUnchanged(user.id, user.passwordHash);
    if (!held) throw loginFailed(`user ${user.id}`);
    return held;
  }

  async #begin(sessions: SessionRepository, user: UserEntity, visitor: Visitor): Promise<OpenedSession> {
    const { clock, times } = this.deps;
    const { id, secretHash, text } = createSessionText();
    const now = clock.now();
    await sessions.deleteEnded(now, times.idleMs);
    await sessions.keepNewest(user.id, MAX_SESSIONS - 1);
    const seen = {
      createdAt: new Date(now),
      lastSeenAt: new Date(now),
      expiresAt: new Date(now + times.maxMs),
    };
    const userAgent = visitor.userAgent?.slice(0, MAX_USER_AGENT) ?? null;
    await sessions.add({ id, secretHash, userId: user.id, address: visitor.ip, userAgent, ...seen });
    const [record] = await sessions.listByIds([id]);
    if (!record) throw loginFailed(`user ${user.id}`);
    return { text, reply: this.describe(record, text), principal: record.principal };
  }

  #seen(session: SessionRecord): SessionRecord {
    return { ...session, lastSeenAt: this.deps.sessions.lastSeenAt(session) };
  }
}

function userOf({ kind, id }: Principal): string {
  if (kind === 'session') return id;
  const message = 'these credentials are no session; log in at POST /v1/session to have one';
  throw new AppError('caller', 'session.not_found', message);
}

function loginFailed(subject: string): CredentialsRefusedError {
  const message =
    'the e-mail address, the password or the tenant is wrong, or the user is disabled; check them';
  return new CredentialsRefusedError(message, subject, 'wrong password', 'access.login_failed');
}

function samePassword(): AppError {
  return new AppError('caller', 'user.conflict', 'the new password is the present one; choose another');
}

function sessionNotFound(id: string): AppError {
  const message = `you have no session ${id}; GET /v1/sessions lists those that go on`;
  return new AppError('caller', 'session.not_found', message, { id });
}
