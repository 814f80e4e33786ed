import { createHmac, sign } from 'node:crypto';
import { privateKeyOf, type WebhookKey } from './webhook-key.js';

export interface WebhookMessage {
  /** The same in every attempt; ours, and without a full stop. */
  readonly id: string;
  /** Of the attempt, seconds since the epoch. */
  readonly timestamp: number;
  /** The bytes that are sent. */
  readonly body: string;
}

/**
 * The headers of Standard Webhooks 1.0.0. Each key gives two signatures, `v1` (HMAC-SHA256) and `v1a` (ed25519), of
 * `{id}.{timestamp}.{body}`; with several keys, while one takes over from another, the receiver finds its own.
 */
export function webhookHeaders(message: WebhookMessage, keys: readonly WebhookKey[]): Record<string, string> {
  const { id, timestamp, body } = message;
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = keys.flatMap(({ hmac, seed }) => [
    `v1,${createHmac('sha256', hmac).update(signed).digest('base64')}`,
    `v1a,${sign(null, signed, privateKeyOf(seed)).toString('base64')}`,
  ]);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
