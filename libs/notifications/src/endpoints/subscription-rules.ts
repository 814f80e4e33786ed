import type { Permission, WebhookEventType } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { Asker } from '../asker.js';

/** What must be permitted to whoever wants to be told: no more is sent than could be asked for. */
const NEEDED: Readonly<Record<WebhookEventType, Permission>> = {
  'candle.closed': 'market:read',
  'forecast.issued': 'forecasts:read',
  'forecast.matured': 'forecasts:read',
  'gap.opened': 'market:read',
  'gap.closed': 'market:read',
  'drift.raised': 'models:read',
  'model.promoted': 'models:read',
  'backtest.finished': 'backtests:read',
  'alert.fired': 'alerts:read',
  'alert.resolved': 'alerts:read',
  'quota.warning': 'usage:read',
  'webhook.disabled': 'webhooks:read',
};

export interface Subscription {
  readonly eventTypes: readonly WebhookEventType[];
  /** null: all. */
  readonly instruments: readonly string[] | null;
  readonly horizons: readonly string[] | null;
}

/** A filter that was left open is as wide as what the asker may see. */
export function narrowedTo(asker: Asker, { instruments, horizons }: Subscription) {
  return { instruments: instruments ?? asker.instruments, horizons: horizons ?? asker.horizons };
}

/** @throws AppError caller access.forbidden when it tells more than the asker may ask about */
export function assertMaySubscribe(asker: Asker, subscription: Subscription): void {
  for (const type of subscription.eventTypes) {
    const permission = NEEDED[type];
    if (!asker.permissions.has(permission))
      throw forbidden(`events of type ${type} need the permission ${permission}`);
  }
  assertWithin(asker.instruments, subscription.instruments, 'instruments');
  assertWithin(asker.horizons, subscription.horizons, 'horizons');
}

/**
 * Whether an endpoint is told only what the asker may know of: one with limits neither sees nor changes the others of its
 * tenant, whose log and secrets would tell it more.
 */
export function maySee(asker: Asker, endpoint: Pick<Subscription, 'instruments' | 'horizons'>): boolean {
  return isWithin(asker.instruments, endpoint.instruments) && isWithin(asker.horizons, endpoint.horizons);
}

function isWithin(allowed: readonly string[] | null, wanted: readonly string[] | null): boolean {
  return allowed === null || wanted?.every((each) => allowed.includes(each)) === true;
}

function assertWithin(
  allowed: readonly string[] | null,
  wanted: readonly string[] | null,
  what: string,
): void {
  if (allowed === null || isWithin(allowed, wanted)) return;
  throw forbidden(`it may only be about the ${what} ${allowed.join(', ')}`);
}

function forbidden(reason: string): AppError {
  const message = `these credentials do not allow this endpoint: ${reason}; ask for less, or use others`;
  return new AppError('caller', 'access.forbidden', message);
}
