import type { Role } from '@btcforecast/contracts';
import { UserEntity } from '@btcforecast/database';
import type { DataSource, EntityManager } from 'typeorm';
import type { PagePosition } from '../page-cursor.js';
import { permissionsOf, type Principal } from '../principal.js';

/** Questions to the table of users. */
export class UserRepository {
  constructor(private readonly source: DataSource | EntityManager) {}

  find(tenant: string, id: string): Promise<UserEntity | null> {
    return this.#users.findOneBy({ tenant, id });
  }

  /** @param email in lower case */
  findByEmail(tenant: string, email: string): Promise<UserEntity | null> {
    return this.#users.findOneBy({ tenant, email });
  }

  /** Newest first. */
  list(tenant: string, after: PagePosition | null, limit: number): Promise<UserEntity[]> {
    const query = this.#users.createQueryBuilder('user').where('user.tenant = :tenant', { tenant });
    if (after) {
      const position = { at: new Date(after.createdAt), id: after.id };
      query.andWhere('(user.createdAt, user.id) < (:at, :id)', position);
    }
    return query.orderBy('user.createdAt', 'DESC').addOrderBy('user.id', 'DESC').limit(limit).getMany();
  }

  count(tenant: string): Promise<number> {
    return this.#users.countBy({ tenant });
  }

  async add(row: Omit<UserEntity, 'disabledAt' | 'lastLoginAt'>): Promise<void> {
    await this.#users.insert(row);
  }

  async change(tenant: string, id: string, change: Partial<UserEntity>): Promise<void> {
    await this.#users.update({ tenant, id }, change);
  }

  async delete(tenant: string, id: string): Promise<void> {
    await this.#users.delete({ tenant, id });
  }

  /**
   * Holds the row of a user until the transaction ends, if the user is still the one whose password was checked: not
   * disabled, and with that very hash.
   */
  async holdUnchanged(id: string, passwordHash: string): Promise<UserEntity | null> {
    return this.#users
      .createQueryBuilder('user')
      .setLock('pessimistic_write')
      .where('user.id = :id AND user.passwordHash = :passwordHash', { id, passwordHash })
      .andWhere('user.disabledAt IS NULL')
      .getOne();
  }

  get #users() {
    return this.source.getRepository(UserEntity);
  }
}

/** The principal of a user who is logged in. */
export function principalOfUser(
  user: Pick<UserEntity, 'id' | 'tenant' | 'name' | 'roles' | 'instruments' | 'horizons'>,
): Principal {
  const { id, tenant, name, instruments, horizons } = user;
  const roles = user.roles as Role[];
  const permissions = permissionsOf(roles, null);
  return { kind: 'session', id, tenant, name, roles, permissions, instruments, horizons };
}
