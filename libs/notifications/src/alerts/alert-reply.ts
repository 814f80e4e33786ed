import { AlertCondition, type AlertReply, type AlertTransition, type Source } from '@btcforecast/contracts';
import type { RuleWithState, TransitionRow } from './alert.repository.js';

export function alertReply({ rule, state }: RuleWithState, source: Source): AlertReply {
  return {
    id: rule.id,
    name: rule.name,
    condition: AlertCondition.parse(rule.condition),
    holdMinutes: rule.holdMinutes,
    cooldownMinutes: rule.cooldownMinutes,
    enabled: rule.enabled,
    state: state?.state ?? 'ok',
    since: state?.since?.toISOString() ?? null,
    value: state?.value ?? null,
    judgedUntil: state?.judgedUntil.toISOString() ?? null,
    createdAt: rule.createdAt.toISOString(),
    updatedAt: rule.updatedAt.toISOString(),
    source,
  };
}

export function transitionReply({ state, at, value, text }: Omit<TransitionRow, 'id'>): AlertTransition {
  return { state, at: at.toISOString(), value, text };
}
