import { WebhookEndpointEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Asker } from '../asker.js';
import type { PageEnd } from '../page-cursor.js';
import { maySee } from './subscription-rules.js';

/** Any fixed number: those who count a tenant's endpoints before they add to them wait for each other. */
const ADD_LOCK = 7_286_111;

export type NewEndpoint = Omit<
  WebhookEndpointEntity,
  'listensSince' | 'failures' | 'failingSince' | 'pausedUntil' | 'lastSuccessAt' | 'lastFailureAt'
>;
/** Columns that change; `listensSince` only to the time of the database. */
export type EndpointChange = Partial<Omit<WebhookEndpointEntity, 'id' | 'tenant' | 'listensSince'>> & {
  readonly listensSince?: () => string;
};

/** The table `webhook_endpoints`. Whoever asks sees no row of another tenant, and none beyond its own limits. */
@Injectable()
export class EndpointRepository {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** False when the tenant has as many as `max` already. */
  async add(manager: EntityManager, endpoint: NewEndpoint, max: number): Promise<boolean> {
    const { tenant } = endpoint;
    await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ADD_LOCK, tenant]);
    if ((await manager.countBy(WebhookEndpointEntity, { tenant })) >= max) return false;
    await manager.insert(WebhookEndpointEntity, endpoint);
    return true;
  }

  async find(asker: Asker, id: string): Promise<WebhookEndpointEntity | null> {
    const { tenant } = asker;
    const row = await this.dataSource.getRepository(WebhookEndpointEntity).findOneBy({ tenant, id });
    return row && maySee(asker, row) ? row : null;
  }

  /** Waits for whoever changes it. */
  async lock(manager: EntityManager, asker: Asker, id: string): Promise<WebhookEndpointEntity | null> {
    const row = await manager.findOne(WebhookEndpointEntity, {
      where: { tenant: asker.tenant, id },
      lock: { mode: 'pessimistic_write' },
    });
    return row && maySee(asker, row) ? row : null;
  }

  /** Newest first, one more than `limit`. */
  list(tenant: string, limit: number, after: PageEnd | undefined): Promise<WebhookEndpointEntity[]> {
    const query = this.dataSource
      .getRepository(WebhookEndpointEntity)
      .createQueryBuilder('endpoint')
      .where('endpoint.tenant = :tenant', { tenant })
      .orderBy('endpoint.createdAt', 'DESC')
      .addOrderBy('endpoint.id', 'DESC')
      .limit(limit + 1);
    if (after) query.andWhere('(endpoint.createdAt, endpoint.id) < (:at, :id)', { ...after });
    return query.getMany();
  }

  async update(manager: EntityManager, id: string, change: EndpointChange): Promise<void> {
    await manager.update(WebhookEndpointEntity, { id }, change as object);
  }

  /** With its secrets and its deliveries. False when the tenant has none of this id. */
  async delete(tenant: string, id: string): Promise<boolean> {
    const { affected } = await this.dataSource.getRepository(WebhookEndpointEntity).delete({ tenant, id });
    return affected === 1;
  }
}
