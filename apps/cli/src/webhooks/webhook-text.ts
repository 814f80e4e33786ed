import type {
  Webhook,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookSecretsReply,
} from '@btcforecast/api-client';
import { textTable } from '../text-table.js';

const moment = (instant: string | null | undefined): string => instant?.slice(0, 19).replace('T', ' ') ?? '–';

function stateOf({ enabled, disabled, health }: Webhook): string {
  if (!enabled) return `disabled (${disabled?.reason ?? 'unknown'})`;
  return health.failuresInRow === 0 ? 'enabled' : `failing (${health.failuresInRow})`;
}

/** Endpoints as a table, newest first. */
export function webhooksText(endpoints: readonly Webhook[]): string {
  const rows = endpoints.map((each) => [
    ...[each.id, each.url, stateOf(each), each.eventTypes.join(',')],
    moment(each.health.lastSuccessAt),
  ]);
  return textTable(['id', 'address', 'state', 'events', 'last success (UTC)'], rows);
}

/** Everything about one endpoint, a line each. */
export function webhookText(endpoint: Webhook): string {
  const { health, disabled } = endpoint;
  const lines = {
    ...{ address: endpoint.url, description: endpoint.description, state: stateOf(endpoint) },
    'disabled at': moment(disabled?.at),
    ...{ events: endpoint.eventTypes.join(', '), instruments: endpoint.instruments?.join(', ') ?? 'all' },
    ...{ horizons: endpoint.horizons?.join(', ') ?? 'all', intervals: endpoint.intervals.join(', ') },
    ...{ format: endpoint.format, made: moment(endpoint.createdAt), changed: moment(endpoint.updatedAt) },
    'last success': moment(health.lastSuccessAt),
    'last failure': moment(health.lastFailureAt),
    'failing since': moment(health.failingSince),
    'nothing before': moment(health.pausedUntil),
  };
  return textTable(['endpoint', endpoint.id], Object.entries(lines));
}

/** What messages are signed with, the pair in force first. */
export function secretsText({ data }: WebhookSecretsReply): string {
  const rows = data.map(({ secret, publicKey, expiresAt }) => [
    secret,
    publicKey,
    expiresAt === null ? 'in force' : `until ${moment(expiresAt)}`,
  ]);
  return textTable(['secret (v1)', 'public key (v1a)', 'signed with'], rows);
}

/** Deliveries as a table, newest first. */
export function deliveriesText(deliveries: readonly WebhookDelivery[]): string {
  const rows = deliveries.map(({ id, eventId, type, state, attempts, createdAt, lastAttempt }) => [
    ...[id, type, state, String(attempts), moment(createdAt)],
    ...[lastAttempt?.failure ?? (lastAttempt ? `answered ${lastAttempt.status}` : '–'), eventId],
  ]);
  return textTable(['id', 'type', 'state', 'attempts', 'queued (UTC)', 'last attempt', 'webhook-id'], rows);
}

/** One delivery: every attempt, newest first, and its body. */
export function deliveryText(delivery: WebhookDeliveryDetail): string {
  const { id, eventId, type, state, attempts, nextAttemptAt, endedAt, log, body } = delivery;
  const lines = {
    ...{ 'webhook-id': eventId, type, state, attempts: String(attempts) },
    'next attempt': moment(nextAttemptAt),
    ended: moment(endedAt),
  };
  const rows = log.map(({ at, latencyMs, status, failure, response }) => [
    ...[moment(at), `${Math.round(latencyMs)} ms`, failure ?? `answered ${status}`],
    response?.split('\n')[0]?.slice(0, 80) ?? '–',
  ]);
  const attemptsMade = textTable(['attempt (UTC)', 'took', 'what came of it', 'answer'], rows);
  return `${textTable(['delivery', id], Object.entries(lines))}\n${attemptsMade}\n${body}\n`;
}
