import { z } from 'zod';
import { nextPage, PageQuery } from './paging.js';
import { Horizon, Instant, InstantInput, InstrumentId, Interval } from './primitives.js';
import { WebhookEventType } from './webhook-events.js';

/** Fewer than these are of use to one receiver; more are a mistake or a flood. */
const MAX_INSTRUMENTS = 50;
const MAX_URL_CHARS = 2_048;
const HOUR_MS = 3_600_000;
const MAX_REPLAY_HOURS = 720;

const once = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;
const ONCE = 'each once';

const url = z
  .string()
  .max(MAX_URL_CHARS)
  .describe(
    'Where events are sent by POST: an https address on port 443 or 8443 that is not inside a private network',
  );
const description = z.string().max(200).describe('For yourself');
const eventTypes = z.array(WebhookEventType).min(1).refine(once, ONCE).describe('What it is told');
const instruments = z
  .array(InstrumentId)
  .min(1)
  .max(MAX_INSTRUMENTS)
  .refine(once, ONCE)
  .nullable()
  .describe('Only events of these instruments; null: of all');
const horizons = z
  .array(Horizon)
  .min(1)
  .refine(once, ONCE)
  .nullable()
  .describe('Only forecasts and outcomes of these horizons; null: of all');
const intervals = z.array(Interval).min(1).refine(once, ONCE).describe('Only candles of these intervals');
const format = z
  .enum(['standard', 'slack'])
  .describe('standard: {type, timestamp, data}; slack: {text}, as incoming webhooks of Slack take it');
const enabled = z.boolean().describe('false: nothing is sent');

export const WebhookRequest = z
  .strictObject({
    url,
    description: description.default(''),
    eventTypes,
    instruments: instruments.default(null),
    horizons: horizons.default(null),
    intervals: intervals.default(['1h']),
    format: format.default('standard'),
    enabled: enabled.default(true),
  })
  .meta({ id: 'WebhookRequest' });
export type WebhookRequest = z.infer<typeof WebhookRequest>;

export const WebhookUpdateRequest = z
  .strictObject({ url, description, eventTypes, instruments, horizons, intervals, format, enabled })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .meta({ id: 'WebhookUpdateRequest' });
export type WebhookUpdateRequest = z.infer<typeof WebhookUpdateRequest>;

export const WebhookId = z.uuid('must be the id of a webhook endpoint');
export const WebhookDeliveryId = z.uuid('must be the id of a delivery');

export const WebhookReply = z
  .object({
    id: z.uuid().describe('Id of the endpoint'),
    url,
    description,
    eventTypes: z.array(WebhookEventType).describe('What it is told'),
    instruments: z.array(InstrumentId).nullable().describe('Only events of these instruments; null: of all'),
    horizons: z
      .array(Horizon)
      .nullable()
      .describe('Only forecasts and outcomes of these horizons; null: of all'),
    intervals: z.array(Interval).describe('Only candles of these intervals'),
    format,
    enabled,
    disabled: z
      .object({
        reason: z
          .enum(['requested', 'gone', 'failing'])
          .describe('requested: by you; gone: it answered 410; failing: every attempt failed for days'),
        at: Instant.describe('When, UTC'),
      })
      .nullable()
      .describe('null while it is enabled'),
    health: z
      .object({
        failuresInRow: z
          .number()
          .int()
          .nonnegative()
          .describe('Failed attempts since the last success, count'),
        failingSince: Instant.nullable().describe('First failure since the last success, UTC'),
        pausedUntil: Instant.nullable().describe('Nothing is sent before, UTC; null: no pause'),
        lastSuccessAt: Instant.nullable().describe('UTC; null: never'),
        lastFailureAt: Instant.nullable().describe('UTC; null: never'),
      })
      .describe('How deliveries go'),
    createdAt: Instant.describe('When it was made, UTC'),
    updatedAt: Instant.describe('When it was last changed, UTC'),
  })
  .meta({ id: 'Webhook' });
export type WebhookReply = z.infer<typeof WebhookReply>;

export const WebhooksReply = z
  .object({ data: z.array(WebhookReply).describe('Newest first'), ...nextPage })
  .meta({ id: 'WebhooksReply' });
export type WebhooksReply = z.infer<typeof WebhooksReply>;

export const WebhookSecretsReply = z
  .object({
    data: z
      .array(
        z.object({
          secret: z
            .string()
            .describe('For signatures v1 (HMAC-SHA256): whsec_ and base64. Keep it to yourself'),
          publicKey: z.string().describe('For signatures v1a (ed25519): whpk_ and base64. No secret'),
          createdAt: Instant.describe('When it was made, UTC'),
          expiresAt: Instant.nullable().describe('Signed with it until then, UTC; null: the one in force'),
        }),
      )
      .describe('The pair in force first, then those that it took over from and that are still signed with'),
  })
  .meta({ id: 'WebhookSecretsReply' });
export type WebhookSecretsReply = z.infer<typeof WebhookSecretsReply>;

export const WebhookRotateRequest = z
  .strictObject({
    overlapHours: z
      .number()
      .int()
      .min(0)
      .max(168)
      .default(24)
      .describe('How long every message is signed with the old pair as well, hours'),
  })
  .meta({ id: 'WebhookRotateRequest' });
export type WebhookRotateRequest = z.infer<typeof WebhookRotateRequest>;

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
const DeliveryState = z
  .enum(DELIVERY_STATES)
  .describe('pending: an attempt is to come; failed: no more will be made unless you ask for a replay');

export const WebhookDeliveriesQuery = z.object({
  state: DeliveryState.optional().describe('Only deliveries in this state'),
  type: z.string().max(50).optional().describe('Only deliveries of this event type'),
  ...PageQuery.shape,
});
export type WebhookDeliveriesQuery = z.infer<typeof WebhookDeliveriesQuery>;

const DeliveryAttempt = z
  .object({
    at: Instant.describe('When it began, UTC'),
    latencyMs: z.number().nonnegative().describe('Until the answer had been read, milliseconds'),
    status: z.number().int().nullable().describe('HTTP status code of the answer; null: there was none'),
    failure: z.string().nullable().describe('Why it counts as failed; null: it does not'),
    response: z.string().nullable().describe('Beginning of the answer'),
  })
  .meta({ id: 'WebhookAttempt' });

const delivery = {
  id: z.uuid().describe('Id of the delivery'),
  eventId: z.string().describe('The header webhook-id: the same in every attempt'),
  type: z.string().describe('Event type'),
  state: DeliveryState,
  attempts: z.number().int().nonnegative().describe('Attempts made, count'),
  createdAt: Instant.describe('When the event was queued for this endpoint, UTC'),
  nextAttemptAt: Instant.nullable().describe('UTC; null: none is to come'),
  endedAt: Instant.nullable().describe('When it was delivered or given up, UTC'),
  lastAttempt: DeliveryAttempt.nullable().describe('null: none was made yet'),
};

export const WebhookDeliveryReply = z.object(delivery).meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryReply = z.infer<typeof WebhookDeliveryReply>;

export const WebhookDeliveriesReply = z
  .object({ data: z.array(WebhookDeliveryReply).describe('Newest first'), ...nextPage })
  .meta({ id: 'WebhookDeliveriesReply' });
export type WebhookDeliveriesReply = z.infer<typeof WebhookDeliveriesReply>;

export const WebhookDeliveryDetailReply = z
  .object({
    ...delivery,
    body: z
      .string()
      .describe('The body that is sent, byte for byte; of a slack endpoint before its rendering'),
    log: z.array(DeliveryAttempt).describe('Every attempt, newest first'),
  })
  .meta({ id: 'WebhookDeliveryDetail' });
export type WebhookDeliveryDetailReply = z.infer<typeof WebhookDeliveryDetailReply>;

export const WebhookReplayRequest = z
  .strictObject({
    from: InstantInput.describe('Events from then on, wall time, inclusive'),
    to: InstantInput.describe('Events until then, wall time, exclusive'),
    include: z
      .array(z.enum(['failed', 'missed', 'delivered']))
      .min(1)
      .refine(once, ONCE)
      .default(['failed', 'missed'])
      .describe('failed: given up; missed: while it was disabled; delivered: again'),
  })
  .superRefine(({ from, to }, context) => {
    const hours = (to - from) / HOUR_MS;
    if (hours > 0 && hours <= MAX_REPLAY_HOURS) return;
    const message = `must be after from, by ${MAX_REPLAY_HOURS} hours at most`;
    context.addIssue({ code: 'custom', path: ['to'], message });
  })
  .meta({ id: 'WebhookReplayRequest' });
export type WebhookReplayRequest = z.infer<typeof WebhookReplayRequest>;

export const WebhookReplayReply = z
  .object({
    queued: z.number().int().nonnegative().describe('Events that are sent again, count'),
    next: Instant.nullable().describe('There are more: ask again with this as from; null: that was all'),
  })
  .meta({ id: 'WebhookReplayReply' });
export type WebhookReplayReply = z.infer<typeof WebhookReplayReply>;
