import { SessionEntity, UserEntity } from '@btcforecast/database';
import { type DataSource, type EntityManager, In, LessThan } from 'typeorm';
import type { Principal } from '../principal.js';
import { principalOfUser } from '../users/user.repository.js';

/** What is needed to judge a session. Instants are epoch milliseconds. */
export interface SessionRecord {
  readonly id: string;
  readonly secretHash: string;
  readonly principal: Principal;
  readonly email: string;
  readonly address: string;
  readonly userAgent: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
}

/** Questions to the table of sessions. A session that has been ended is not there. */
export class SessionRepository {
  constructor(private readonly source: DataSource | EntityManager) {}

  /** The named sessions of users who are not disabled; others are absent. */
  async listByIds(ids: readonly string[]): Promise<SessionRecord[]> {
    const sessions = await this.#sessions.findBy({ id: In([...ids]) });
    return this.#withUsers(sessions);
  }

  /** Newest first. */
  async listOfUser(userId: string): Promise<SessionRecord[]> {
    return this.#withUsers(await this.#sessions.find({ where: { userId }, order: { createdAt: 'DESC' } }));
  }

  async add(row: SessionEntity): Promise<void> {
    await this.#sessions.insert(row);
  }

  /** Moves the time of last use forward, never back: several gateways write it. */
  async markSeen(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.source.query(
      `UPDATE sessions SET last_seen_at = greatest(sessions.last_seen_at, used.at)
       FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at) WHERE sessions.id = used.id`,
      [[...uses.keys()], [...uses.values()].map((at) => new Date(at).toISOString())],
    );
  }

  /** False when the user has no such session. */
  async delete(userId: string, id: string): Promise<boolean> {
    const { affected } = await this.#sessions.delete({ userId, id });
    return affected === 1;
  }

  async deleteOfUser(userId: string): Promise<void> {
    await this.#sessions.delete({ userId });
  }

  /** Ends all sessions of a user but the newest so many. */
  async keepNewest(userId: string, count: number): Promise<void> {
    await this.source.query(
      `DELETE FROM sessions WHERE id IN
         (SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id DESC OFFSET $2)`,
      [userId, count],
    );
  }

  /** What has ended by itself, of all users. */
  async deleteEnded(nowMs: number, idleMs: number): Promise<void> {
    await this.#sessions.delete({ expiresAt: LessThan(new Date(nowMs)) });
    await this.#sessions.delete({ lastSeenAt: LessThan(new Date(nowMs - idleMs)) });
  }

  async #withUsers(sessions: readonly SessionEntity[]): Promise<SessionRecord[]> {
    const users = await this.source
      .getRepository(UserEntity)
      .findBy({ id: In(sessions.map(({ userId }) => userId)) });
    const byId = new Map(users.map((user) => [user.id, user]));
    return sessions.flatMap((session) => {
      const user = byId.get(session.userId);
      return user && user.disabledAt === null ? recordOf(session, user) : [];
    });
  }

  get #sessions() {
    return this.source.getRepository(SessionEntity);
  }
}

function recordOf(session: SessionEntity, user: UserEntity): SessionRecord {
  const { id, secretHash, address, userAgent, createdAt, lastSeenAt, expiresAt } = session;
  return {
    ...{ id, secretHash, address, userAgent, email: user.email },
    principal: { ...principalOfUser(user), session: id },
    createdAt: createdAt.getTime(),
    lastSeenAt: lastSeenAt.getTime(),
    expiresAt: expiresAt.getTime(),
  };
}
