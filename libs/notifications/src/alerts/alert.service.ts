import { randomUUID } from 'node:crypto';
import {
  AlertCondition,
  type AlertHistoryReply,
  type AlertReply,
  type AlertRequest,
  type PageQuery,
  type AlertsReply,
  type AlertUpdateRequest,
} from '@btcforecast/contracts';
import { AlertRuleEntity, AlertStateEntity } from '@btcforecast/database';
import { AppError, Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Asker } from '../asker.js';
import { numberedPageEnd, pageEnd, pageOf } from '../page-cursor.js';
import { assertMayWatch, maySee } from './alert-access.js';
import { alertReply, transitionReply } from './alert-reply.js';
import { AlertRepository } from './alert.repository.js';
import { AlertFeed, recordTransition } from './record-transition.js';

export const MAX_RULES = 100;
const LIST = 'alerts';

/** When a tenant wants to be told. Judged by the worker. */
@Injectable()
export class AlertService {
  constructor(
    private readonly alerts: AlertRepository,
    private readonly feed: AlertFeed,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError caller access.forbidden when the condition is about what the asker may not ask about, alert.conflict
   *   when the tenant has enough
   */
  async create(asker: Asker, request: AlertRequest): Promise<AlertReply> {
    const { tenant, actor } = asker;
    assertMayWatch(asker, request.condition);
    const now = new Date(this.clock.now());
    const rule = { ...request, id: randomUUID(), tenant, createdBy: actor, createdAt: now, updatedAt: now };
    if (!(await this.alerts.add(rule, MAX_RULES))) throw tooMany();
    return this.get(asker, rule.id);
  }

  /** Newest first. What is beyond the limits of the asker is left out of its page. */
  async list(asker: Asker, { limit, cursor }: PageQuery): Promise<AlertsReply> {
    const rows = await this.alerts.list(asker.tenant, this.feed.feed, limit, pageEnd(LIST, cursor));
    const page = pageOf(LIST, rows, limit, ({ rule }) => ({ at: rule.createdAt.toISOString(), id: rule.id }));
    const seen = page.data.filter(({ rule }) => maySee(asker, rule));
    return { data: seen.map((row) => alertReply(row, this.feed.source)), next: page.next };
  }

  /** @throws AppError caller alert.not_found, also for one that is beyond the limits of the asker */
  async get(asker: Asker, id: string): Promise<AlertReply> {
    const row = await this.alerts.find(asker.tenant, id, this.feed.feed);
    if (!row || !maySee(asker, row.rule)) throw noRule();
    return alertReply(row, this.feed.source);
  }

  /**
   * A rule of which more than the name changes begins anew: if it fires, it is over.
   *
   * @throws AppError as {@link create}; caller alert.not_found
   */
  async update(asker: Asker, id: string, request: AlertUpdateRequest): Promise<AlertReply> {
    const { tenant } = asker;
    await this.alerts.transaction(async (manager) => {
      const rule = await this.alerts.lock(manager, tenant, id);
      if (!rule || !maySee(asker, rule)) throw noRule();
      assertMayWatch(asker, request.condition ?? AlertCondition.parse(rule.condition));
      const { name = rule.name, ...rest } = request;
      if (Object.keys(rest).length > 0) await this.#forget(manager, rule, 'the rule was changed');
      const changes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      await manager.update(AlertRuleEntity, { id }, { ...changes, name, updatedAt: this.#after(rule) });
    });
    return this.get(asker, id);
  }

  /** @returns what it was. @throws AppError caller alert.not_found */
  async delete(asker: Asker, id: string): Promise<AlertReply> {
    const reply = await this.get(asker, id);
    await this.alerts.transaction(async (manager) => {
      const rule = await this.alerts.lock(manager, asker.tenant, id);
      if (!rule) throw noRule();
      await this.#forget(manager, rule, 'the rule was deleted');
      await manager.delete(AlertRuleEntity, { id });
    });
    return reply;
  }

  /** @throws AppError caller alert.not_found */
  async history(asker: Asker, id: string, { limit, cursor }: PageQuery): Promise<AlertHistoryReply> {
    const name = `alert history ${id}`;
    const end = numberedPageEnd(name, cursor);
    await this.get(asker, id);
    const rows = await this.alerts.history(id, this.feed.feed, limit, end);
    const page = pageOf(name, rows, limit, (row) => ({ at: row.at.toISOString(), id: row.id }));
    return { data: page.data.map(transitionReply), next: page.next };
  }

  /** Whoever was told that it fires is told that it is over, or would wait for ever. */
  async #forget(manager: EntityManager, rule: AlertRuleEntity, text: string): Promise<void> {
    const { feed } = this.feed;
    const state = await manager.findOneBy(AlertStateEntity, { ruleId: rule.id, feed });
    if (state?.state === 'firing') {
      const transition = {
        state: 'resolved',
        at: state.judgedUntil.getTime(),
        value: state.value ?? 0,
        text,
      } as const;
      await recordTransition(manager, rule, this.feed, transition, this.clock.now());
    }
    await manager.delete(AlertStateEntity, { ruleId: rule.id });
  }

  /** By its time of change whoever judges a rule notices that it was changed. */
  #after({ updatedAt }: AlertRuleEntity): Date {
    return new Date(Math.max(this.clock.now(), updatedAt.getTime() + 1));
  }
}

function noRule(): AppError {
  return new AppError(
    'caller',
    'alert.not_found',
    'you have no alert rule with this id; GET /v1/alerts lists yours',
  );
}

function tooMany(): AppError {
  const message = `you have ${MAX_RULES} alert rules, which is as many as a tenant may have; delete one first`;
  return new AppError('caller', 'alert.conflict', message);
}
