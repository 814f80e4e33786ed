import type { Permission, Role } from '@btcforecast/contracts';
import { ApiKeyEntity } from '@btcforecast/database';
import { type DataSource, In } from 'typeorm';
import { permissionsOf, type Principal } from './principal.js';

/** What is needed to judge a key that somebody shows. Instants are epoch milliseconds. */
export interface KeyRecord {
  readonly id: string;
  readonly secretHash: string;
  readonly principal: Principal;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** Questions to the table of keys. */
export class KeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The named keys; those that do not exist are absent. */
  async listByIds(ids: readonly string[]): Promise<KeyRecord[]> {
    const rows = await this.dataSource.getRepository(ApiKeyEntity).findBy({ id: In([...ids]) });
    return rows.map((row) => ({
      id: row.id,
      secretHash: row.secretHash,
      principal: principalOf(row),
      expiresAt: row.expiresAt?.getTime() ?? null,
      revokedAt: row.revokedAt?.getTime() ?? null,
    }));
  }

  /** Moves the time of last use forward, never back: several gateways write it. */
  async markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.dataSource.query(
      `UPDATE api_keys SET last_used_at = greatest(api_keys.last_used_at, used.at)
       FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE api_keys.id = used.id`,
      [[...uses.keys()], [...uses.values()].map((at) => new Date(at).toISOString())],
    );
  }
}

function principalOf({ id, tenant, name, roles, scopes, instruments, horizons }: ApiKeyEntity): Principal {
  const known = roles as Role[];
  const permissions = permissionsOf(known, scopes as Permission[] | null);
  return { kind: 'key', id, tenant, name, roles: known, permissions, instruments, horizons };
}
