import type { Permission, Role } from '@btcforecast/contracts';
import { ApiKeyEntity } from '@btcforecast/database';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { type AllowList, allowListOf } from './allow-list.js';
import type { PagePosition } from './page-cursor.js';
import { permissionsOf, type Principal } from './principal.js';

/** What is needed to judge a key that somebody shows. Instants are epoch milliseconds. */
export interface KeyRecord {
  readonly id: string;
  readonly secretHash: string;
  /** The secret before the last rotation, if it goes on. */
  readonly previous: { readonly secretHash: string; readonly until: number } | null;
  readonly principal: Principal;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** null: from anywhere. */
  readonly allows: AllowList | null;
}

/** Questions to the table of keys. */
export class KeyRepository {
  constructor(private readonly source: DataSource | EntityManager) {}

  /** The named keys; those that do not exist are absent. */
  async listByIds(ids: readonly string[]): Promise<KeyRecord[]> {
    const rows = await this.#keys.findBy({ id: In([...ids]) });
    return rows.map(recordOf);
  }

  /** Moves the time of last use forward, never back: several gateways write it. */
  async markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.source.query(
      `UPDATE api_keys SET last_used_at = greatest(api_keys.last_used_at, used.at)
       FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE api_keys.id = used.id`,
      [[...uses.keys()], [...uses.values()].map((at) => new Date(at).toISOString())],
    );
  }

  async add(row: Omit<ApiKeyEntity, 'lastUsedAt' | 'revokedAt'>): Promise<void> {
    await this.#keys.insert(row);
  }

  find(tenant: string, id: string): Promise<ApiKeyEntity | null> {
    return this.#keys.findOneBy({ tenant, id });
  }

  /** Newest first. */
  list(tenant: string, after: PagePosition | null, limit: number): Promise<ApiKeyEntity[]> {
    const query = this.#keys.createQueryBuilder('key').where('key.tenant = :tenant', { tenant });
    if (after) {
      const position = { at: new Date(after.createdAt), id: after.id };
      query.andWhere('(key.createdAt, key.id) < (:at, :id)', position);
    }
    return query.orderBy('key.createdAt', 'DESC').addOrderBy('key.id', 'DESC').limit(limit).getMany();
  }

  async change(tenant: string, id: string, change: Partial<ApiKeyEntity>): Promise<void> {
    await this.#keys.update({ tenant, id }, change);
  }

  /** Keys of a tenant that open something. */
  countOpen(tenant: string, nowMs: number): Promise<number> {
    return this.#keys
      .createQueryBuilder('key')
      .where('key.tenant = :tenant AND key.revokedAt IS NULL', { tenant })
      .andWhere('(key.expiresAt IS NULL OR key.expiresAt > :now)', { now: new Date(nowMs) })
      .getCount();
  }

  get #keys() {
    return this.source.getRepository(ApiKeyEntity);
  }
}

function recordOf(row: ApiKeyEntity): KeyRecord {
  const { id, secretHash, previousSecretHash, previousUntil, allowedAddresses } = row;
  return {
    id,
    secretHash,
    previous:
      previousSecretHash !== null && previousUntil !== null
        ? { secretHash: previousSecretHash, until: previousUntil.getTime() }
        : null,
    principal: principalOf(row),
    expiresAt: row.expiresAt?.getTime() ?? null,
    revokedAt: row.revokedAt?.getTime() ?? null,
    allows: allowedAddresses === null ? null : allowListOf(allowedAddresses),
  };
}

function principalOf(row: ApiKeyEntity): Principal {
  const { id, tenant, name, roles, scopes, instruments, horizons, requireSignature } = row;
  const known = roles as Role[];
  const permissions = permissionsOf(known, scopes as Permission[] | null);
  return {
    kind: 'key',
    id,
    tenant,
    name,
    roles: known,
    permissions,
    instruments,
    horizons,
    requireSignature,
  };
}
