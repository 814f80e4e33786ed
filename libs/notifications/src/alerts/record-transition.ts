import { AlertCondition, type Source } from '@btcforecast/contracts';
import type { AlertRuleEntity } from '@btcforecast/database';
import type { EntityManager } from 'typeorm';
import { eventRow, recordEvents } from '../events/event-recorder.js';
import { databaseTime } from '../events/event-source.js';
import type { Transition } from './run-alert.js';

/** The market that alerts are judged by. */
export class AlertFeed {
  constructor(
    readonly feed: string,
    readonly source: Source,
  ) {}
}

/** Writes a change of state down and tells the tenant's endpoints, in the transaction that changes it. */
export async function recordTransition(
  manager: EntityManager,
  rule: AlertRuleEntity,
  { feed, source }: AlertFeed,
  transition: Transition,
  wallNowMs: number,
): Promise<void> {
  const { state, value, text } = transition;
  const at = new Date(transition.at).toISOString();
  const [row] = await manager.query<{ id: string }[]>(
    `INSERT INTO alert_transitions (rule_id, feed, state, at, value, text) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [rule.id, feed, state, at, value, text],
  );
  const condition = AlertCondition.parse(rule.condition);
  const event = eventRow({
    type: state === 'firing' ? 'alert.fired' : 'alert.resolved',
    key: row!.id, // a rule that was changed may fire twice at one candle
    occurredAt: at,
    arrivedAt: await databaseTime(manager),
    tenant: rule.tenant,
    ...('instrument' in condition && { instrument: condition.instrument }),
    ...('horizon' in condition && { horizon: condition.horizon }),
    data: { rule: { id: rule.id, name: rule.name }, condition, state, at, value, text, source },
  });
  await recordEvents(manager, [event], wallNowMs);
}
