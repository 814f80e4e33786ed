import { AlertCondition, type Permission } from '@btcforecast/contracts';
import type { AlertRuleEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import type { Asker } from '../asker.js';

/** What must be permitted to whoever has something judged: an alert tells no more than could be asked for. */
const NEEDED: Readonly<Record<AlertCondition['kind'], Permission>> = {
  price: 'market:read',
  price_change: 'market:read',
  forecast_quantile: 'forecasts:read',
  event_probability: 'forecasts:read',
  drift: 'models:read',
  gap: 'market:read',
  usage: 'usage:read',
};

/** @throws AppError caller access.forbidden when the condition is about what the asker may not ask about */
export function assertMayWatch(asker: Asker, condition: AlertCondition): void {
  const permission = NEEDED[condition.kind];
  if (!asker.permissions.has(permission)) {
    throw forbidden(`conditions of kind ${condition.kind} need the permission ${permission}`);
  }
  if ('instrument' in condition) assertAllowed(asker.instruments, condition.instrument, 'instrument');
  if ('horizon' in condition) assertAllowed(asker.horizons, condition.horizon, 'horizon');
}

/** Whether a rule is about what the asker may know of: a limited one neither sees nor changes the others of its tenant. */
export function maySee(asker: Asker, rule: Pick<AlertRuleEntity, 'condition'>): boolean {
  const { instrument, horizon } = AlertCondition.parse(rule.condition) as Partial<Record<string, unknown>>;
  return isAllowed(asker.instruments, instrument) && isAllowed(asker.horizons, horizon);
}

function isAllowed(allowed: readonly string[] | null, subject: unknown): boolean {
  return allowed === null || typeof subject !== 'string' || allowed.includes(subject);
}

function assertAllowed(allowed: readonly string[] | null, wanted: string, what: string): void {
  if (allowed === null || allowed.includes(wanted)) return;
  throw forbidden(`the ${what} must be one of ${allowed.join(', ')}`);
}

function forbidden(reason: string): AppError {
  const message = `these credentials do not allow this alert: ${reason}; ask for less, or use others`;
  return new AppError('caller', 'access.forbidden', message);
}
