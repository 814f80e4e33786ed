import type { OAuthAuthMethod } from '@btcforecast/contracts';
import { OAuthClientEntity } from '@btcforecast/database';
import type { JSONWebKeySet } from 'jose';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { grantOf } from '../grants.js';
import type { PagePosition } from '../page-cursor.js';
import { permissionsOf, type Principal } from '../principal.js';
import type { ClientRecord } from './client-record.js';

/** Questions to the table of OAuth clients. */
export class OAuthClientRepository {
  constructor(private readonly source: DataSource | EntityManager) {}

  /** The named clients; those that do not exist are absent. */
  async listByIds(ids: readonly string[]): Promise<ClientRecord[]> {
    if (ids.length === 0) return [];
    return (await this.#clients.findBy({ id: In([...ids]) })).map(recordOf);
  }

  /** Moves the time of last use forward, never back: several gateways write it. */
  async markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.source.query(
      `UPDATE oauth_clients SET last_used_at = greatest(oauth_clients.last_used_at, used.at)
       FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE oauth_clients.id = used.id`,
      [[...uses.keys()], [...uses.values()].map((at) => new Date(at).toISOString())],
    );
  }

  async add(row: Omit<OAuthClientEntity, 'lastUsedAt' | 'revokedAt'>): Promise<void> {
    await this.#clients.insert(row);
  }

  find(tenant: string, id: string): Promise<OAuthClientEntity | null> {
    return this.#clients.findOneBy({ tenant, id });
  }

  /** Newest first. */
  list(tenant: string, after: PagePosition | null, limit: number): Promise<OAuthClientEntity[]> {
    const query = this.#clients.createQueryBuilder('client').where('client.tenant = :tenant', { tenant });
    if (after) {
      const position = { at: new Date(after.createdAt), id: after.id };
      query.andWhere('(client.createdAt, client.id) < (:at, :id)', position);
    }
    return query.orderBy('client.createdAt', 'DESC').addOrderBy('client.id', 'DESC').limit(limit).getMany();
  }

  async change(tenant: string, id: string, change: Partial<OAuthClientEntity>): Promise<void> {
    await this.#clients.update({ tenant, id }, change as object);
  }

  /** Clients of a tenant that can get tokens. */
  countOpen(tenant: string, nowMs: number): Promise<number> {
    return this.#clients
      .createQueryBuilder('client')
      .where('client.tenant = :tenant AND client.revokedAt IS NULL', { tenant })
      .andWhere('(client.expiresAt IS NULL OR client.expiresAt > :now)', { now: new Date(nowMs) })
      .getCount();
  }

  get #clients() {
    return this.source.getRepository(OAuthClientEntity);
  }
}

function recordOf(row: OAuthClientEntity): ClientRecord {
  const { id, secretHash, previousSecretHash, previousUntil } = row;
  return {
    id,
    authMethod: row.authMethod as OAuthAuthMethod,
    secretHash,
    previous:
      previousSecretHash !== null && previousUntil !== null
        ? { secretHash: previousSecretHash, until: previousUntil.getTime() }
        : null,
    jwks: row.jwks as JSONWebKeySet | null,
    principal: principalOf(row),
    expiresAt: row.expiresAt?.getTime() ?? null,
    revokedAt: row.revokedAt?.getTime() ?? null,
  };
}

function principalOf(row: OAuthClientEntity): Principal {
  const { id, tenant, name } = row;
  const { roles, scopes, instruments, horizons } = grantOf(row);
  return {
    kind: 'client',
    id,
    tenant,
    name,
    roles,
    permissions: permissionsOf(roles, scopes),
    instruments,
    horizons,
  };
}
