import { AlertRuleEntity, AlertStateEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { PageEnd } from '../page-cursor.js';

/** Any fixed number: those who count a tenant's rules before they add to them wait for each other. */
const ADD_LOCK = 7_286_113;

export interface RuleWithState {
  readonly rule: AlertRuleEntity;
  /** null: it has not been judged in this feed yet. */
  readonly state: AlertStateEntity | null;
}

export interface TransitionRow {
  readonly id: string;
  readonly state: 'firing' | 'resolved';
  readonly at: Date;
  readonly value: number;
  readonly text: string;
}

/** The tables `alert_rules` and `alert_transitions`. Whoever asks for a tenant never sees a row of another. */
@Injectable()
export class AlertRepository {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** False when the tenant has as many as `max` already. */
  add(rule: AlertRuleEntity, max: number): Promise<boolean> {
    const { tenant } = rule;
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ADD_LOCK, tenant]);
      if ((await manager.countBy(AlertRuleEntity, { tenant })) >= max) return false;
      await manager.insert(AlertRuleEntity, { ...rule, condition: rule.condition as object });
      return true;
    });
  }

  async find(tenant: string, id: string, feed: string): Promise<RuleWithState | null> {
    const rule = await this.dataSource.getRepository(AlertRuleEntity).findOneBy({ tenant, id });
    if (!rule) return null;
    return {
      rule,
      state: await this.dataSource.getRepository(AlertStateEntity).findOneBy({ ruleId: id, feed }),
    };
  }

  /** Waits for whoever changes or judges it. */
  lock(manager: EntityManager, tenant: string, id: string): Promise<AlertRuleEntity | null> {
    return manager.findOne(AlertRuleEntity, { where: { tenant, id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Newest first, one more than `limit`. */
  async list(
    tenant: string,
    feed: string,
    limit: number,
    after: PageEnd | undefined,
  ): Promise<RuleWithState[]> {
    const query = this.#withState(feed)
      .where('rule.tenant = :tenant', { tenant })
      .orderBy('rule.createdAt', 'DESC')
      .addOrderBy('rule.id', 'DESC')
      .limit(limit + 1);
    if (after) query.andWhere('(rule.createdAt, rule.id) < (:at, :id)', { ...after });
    return paired(await query.getMany());
  }

  /** Of all tenants: what is to be judged. */
  async listEnabled(feed: string): Promise<RuleWithState[]> {
    return paired(await this.#withState(feed).where('rule.enabled').orderBy('rule.id').getMany());
  }

  async history(
    id: string,
    feed: string,
    limit: number,
    after: PageEnd | undefined,
  ): Promise<TransitionRow[]> {
    return this.dataSource.query<TransitionRow[]>(
      `SELECT id, state, at, value, text FROM alert_transitions
       WHERE rule_id = $1 AND feed = $2 AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4::bigint))
       ORDER BY at DESC, id DESC LIMIT $5`,
      [id, feed, after?.at ?? null, after?.id ?? null, limit + 1],
    );
  }

  #withState(feed: string) {
    return this.dataSource
      .getRepository(AlertRuleEntity)
      .createQueryBuilder('rule')
      .leftJoinAndMapOne(
        'rule.current',
        AlertStateEntity,
        'current',
        'current.ruleId = rule.id AND current.feed = :feed',
        {
          feed,
        },
      );
  }
}

function paired(rows: readonly AlertRuleEntity[]): RuleWithState[] {
  return rows.map((row) => {
    const { current, ...rule } = row as AlertRuleEntity & { current?: AlertStateEntity | null };
    return { rule, state: current ?? null };
  });
}
