import type { AlertCondition, Permission } from '@btcforecast/contracts';
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

function assertAllowed(allowed: readonly string[] | null, wanted: string, what: string): void {
  if (allowed === null || allowed.includes(wanted)) return;
  throw forbidden(`the ${what} must be one of ${allowed.join(', ')}`);
}

function forbidden(reason: string): AppError {
  const message = `these credentials do not allow this alert: ${reason}; ask for less, or use others`;
  return new AppError('caller', 'access.forbidden', message);
}
