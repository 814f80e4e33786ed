import { hash } from 'node:crypto';
import { WEBHOOK_DATA, type WEBHOOK_TEST_TYPE, type WebhookEventType } from '@btcforecast/contracts';

/** Something that happened, on its way to those who asked to be told. */
export interface NewEvent {
  readonly type: WebhookEventType | typeof WEBHOOK_TEST_TYPE;
  /** What tells it from all others of its type: the same key makes the same event, however often it is found. */
  readonly key: string;
  /** Event time; in the body. */
  readonly occurredAt: string;
  /** When the database came to know it, wall time: endpoints that began to listen later are not told. */
  readonly arrivedAt: string;
  readonly data: unknown;
  /** Whom it concerns; absent: everybody. */
  readonly tenant?: string;
  /** The only endpoint that it is for; absent: all that ask for its type. */
  readonly endpointId?: string;
  readonly instrument?: string;
  readonly horizon?: string | null;
  readonly interval?: string;
}

/** The header webhook-id. Made from what happened, so that whoever finds it again finds the same event. */
export function eventId({ type, key }: Pick<NewEvent, 'type' | 'key'>): string {
  return `evt_${hash('sha256', `${type}\n${key}`, 'hex').slice(0, 32)}`;
}

/** The bytes that are sent, Standard Webhooks 1.0.0. */
export function eventBody({ type, occurredAt, data }: NewEvent): string {
  const checked = type === 'webhook.test' ? data : WEBHOOK_DATA[type].parse(data);
  return JSON.stringify({ type, timestamp: occurredAt, data: checked });
}
