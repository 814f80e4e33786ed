import {
  type ChangeTenantRequest,
  type CreateTenantRequest,
  type PageQuery,
  TenantId,
  type TenantReply,
  type TenantsReply,
} from '@btcforecast/contracts';
import type { TenantEntity } from '@btcforecast/database';
import { AppError, type Clock, readCursor, writeCursor } from '@btcforecast/platform';
import { z } from 'zod';
import type { TenantRepository } from './tenant.repository.js';

const LIST = 'tenants';
const Place = z.tuple([TenantId]);

export interface TenantServiceDependencies {
  readonly repository: TenantRepository;
  readonly clock: Clock;
}

/** Whom this installation serves. For administrators: the routes need `tenants:read` and `tenants:write`. */
export class TenantService {
  constructor(private readonly deps: TenantServiceDependencies) {}

  /** @throws AppError caller tenant.conflict when there is one of that id */
  async create({ id, name, tier }: CreateTenantRequest): Promise<TenantReply> {
    const row = { id, name, tier, createdAt: new Date(this.deps.clock.now()) };
    if (await this.deps.repository.add(row)) return tenantReply(row);
    throw new AppError('caller', 'tenant.conflict', `there is a tenant ${id} already; choose another id`, {
      id,
    });
  }

  /** In the order of their ids. */
  async list({ limit, cursor }: PageQuery): Promise<TenantsReply> {
    const [afterId] = cursor === undefined ? [''] : readCursor(LIST, Place, cursor);
    const rows = await this.deps.repository.list(afterId, limit + 1);
    const data = rows.slice(0, limit).map(tenantReply);
    return { data, next: rows.length > limit ? writeCursor(LIST, [data.at(-1)!.id]) : null };
  }

  /** @throws AppError caller tenant.not_found */
  async get(id: string): Promise<TenantReply> {
    return tenantReply(await this.deps.repository.get(id));
  }

  /** What is absent stays. @throws AppError caller tenant.not_found */
  async change(id: string, change: ChangeTenantRequest): Promise<TenantReply> {
    await this.get(id);
    await this.deps.repository.change(id, change);
    return this.get(id);
  }
}

function tenantReply({ id, name, tier, createdAt }: TenantEntity): TenantReply {
  return { id, name, tier, createdAt: createdAt.toISOString() };
}
