import { TenantEntity } from '@btcforecast/database';
import { type DataSource, type EntityManager, MoreThan } from 'typeorm';
import type { Principal } from '../principal.js';
import { tenantNotFound } from '../tenant-scope.js';

/** Questions to the table of tenants. */
export class TenantRepository {
  constructor(private readonly source: DataSource | EntityManager) {}

  /** @throws AppError caller tenant.not_found */
  async get(id: string): Promise<TenantEntity> {
    const row = await this.#tenants.findOneBy({ id });
    if (row) return row;
    throw tenantNotFound(id);
  }

  /** In the order of their ids. */
  list(afterId: string, limit: number): Promise<TenantEntity[]> {
    return this.#tenants.find({ where: { id: MoreThan(afterId) }, order: { id: 'ASC' }, take: limit });
  }

  /** False when there is one of that id. */
  async add({ id, name, tier, createdAt }: TenantEntity): Promise<boolean> {
    const { raw } = await this.#tenants
      .createQueryBuilder()
      .insert()
      .values({ id, name, tier, createdAt })
      .orIgnore()
      .returning('id')
      .execute();
    return (raw as unknown[]).length === 1;
  }

  async change(id: string, change: Partial<TenantEntity>): Promise<void> {
    await this.#tenants.update({ id }, change);
  }

  get #tenants() {
    return this.source.getRepository(TenantEntity);
  }
}

/**
 * Asks only about a tenant that is not the caller's own: tenants are never deleted, so theirs is there.
 *
 * @throws AppError caller tenant.not_found
 */
export async function assertTenant(source: DataSource, by: Principal, tenant: string): Promise<void> {
  if (tenant !== by.tenant) await new TenantRepository(source).get(tenant);
}
