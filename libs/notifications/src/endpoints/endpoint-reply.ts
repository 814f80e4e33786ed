import type { Horizon, Interval, WebhookEventType, WebhookReply } from '@btcforecast/contracts';
import type { WebhookEndpointEntity } from '@btcforecast/database';

export function endpointReply(row: WebhookEndpointEntity): WebhookReply {
  const { disabledReason, disabledAt } = row;
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    eventTypes: row.eventTypes as WebhookEventType[],
    instruments: row.instruments,
    horizons: row.horizons as Horizon[] | null,
    intervals: row.intervals as Interval[],
    format: row.format,
    enabled: row.enabled,
    disabled: disabledReason && disabledAt && { reason: disabledReason, at: disabledAt.toISOString() },
    health: {
      failuresInRow: row.failures,
      failingSince: instant(row.failingSince),
      pausedUntil: instant(row.pausedUntil),
      lastSuccessAt: instant(row.lastSuccessAt),
      lastFailureAt: instant(row.lastFailureAt),
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
