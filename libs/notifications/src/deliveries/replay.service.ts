import { randomUUID } from 'node:crypto';
import type {
  WebhookDeliveryDetailReply,
  WebhookReplayReply,
  WebhookReplayRequest,
} from '@btcforecast/contracts';
import type { WebhookEndpointEntity } from '@btcforecast/database';
import { AppError, Clock, EventBus } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Asker } from '../asker.js';
import { noEndpoint } from '../endpoints/endpoint.service.js';
import { EndpointRepository } from '../endpoints/endpoint.repository.js';
import { eventRow, IS_FOR, recordEvents } from '../events/event-recorder.js';
import { databaseTime, exactly } from '../events/event-source.js';
import { DeliveryQueries, noDelivery } from './delivery-queries.service.js';

/** Of one request. */
const MAX_REPLAYED = 1_000;

const ANEW = `state = 'pending', step = 0, step_since = $2, next_attempt_at = $2, leased_until = NULL,
  dispatched_at = NULL, ended_at = NULL`;
const ONE = `UPDATE webhook_deliveries SET ${ANEW} WHERE id = $1 AND endpoint_id = $3`;
const SEVERAL = `UPDATE webhook_deliveries SET ${ANEW} WHERE id = ANY ($1::uuid[])`;
/** Only what arrived since the endpoint was made can have been missed by it. */
const IN_RANGE = `
  SELECT v.id AS "eventId", d.id AS "deliveryId", ${exactly('v.arrived_at')} AS "arrivedAt"
  FROM webhook_events v JOIN webhook_endpoints e ON e.id = $1 AND ${IS_FOR}
  LEFT JOIN webhook_deliveries d ON d.endpoint_id = e.id AND d.event_id = v.id
  WHERE v.arrived_at >= $2 AND v.arrived_at < $3 AND v.arrived_at >= e.created_at
    AND CASE WHEN d.id IS NULL THEN 'missed' ELSE d.state END = ANY ($4)
  ORDER BY v.arrived_at, v.id LIMIT $5`;
const MISSED = `INSERT INTO webhook_deliveries (endpoint_id, event_id, state, step_since, next_attempt_at, created_at)
  SELECT $1, unnest($3::text[]), 'pending', $2, $2, $2 ON CONFLICT DO NOTHING`;

interface InRange {
  readonly eventId: string;
  readonly deliveryId: string | null;
  readonly arrivedAt: string;
}

/** Sends again what the owner of an endpoint asks for, with the ids it had. The worker does the sending. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly queries: DeliveryQueries,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError caller webhook.not_found; webhook.conflict while the endpoint is disabled */
  async replayOne(asker: Asker, endpointId: string, id: string): Promise<WebhookDeliveryDetailReply> {
    await this.#queue(asker, endpointId, async (manager, _endpoint, now) => {
      const [, count] = await manager.query<[unknown, number]>(ONE, [id, now, endpointId]);
      if (count === 0) throw noDelivery();
    });
    return this.queries.get(asker, endpointId, id);
  }

  /** The oldest of the range, as many as one request may ask for. @throws AppError as {@link replayOne} */
  replayRange(asker: Asker, endpointId: string, request: WebhookReplayRequest): Promise<WebhookReplayReply> {
    const { from, to, include } = request;
    return this.#queue(asker, endpointId, async (manager, _endpoint, now) => {
      const range = [endpointId, new Date(from), new Date(to), include, MAX_REPLAYED + 1];
      const found = await manager.query<InRange[]>(IN_RANGE, range);
      const chosen = found.slice(0, MAX_REPLAYED);
      const known = chosen.flatMap(({ deliveryId }) => deliveryId ?? []);
      const missed = chosen.filter(({ deliveryId }) => deliveryId === null).map(({ eventId }) => eventId);
      if (known.length > 0) await manager.query(SEVERAL, [known, now]);
      if (missed.length > 0) await manager.query(MISSED, [endpointId, now, missed]);
      const next = found[MAX_REPLAYED];
      return { queued: chosen.length, next: next ? new Date(next.arrivedAt).toISOString() : null };
    });
  }

  /** Sends an event that means nothing. @throws AppError as {@link replayOne} */
  async test(asker: Asker, endpointId: string): Promise<WebhookDeliveryDetailReply> {
    const id = await this.#queue(asker, endpointId, async (manager, _endpoint, now) => {
      const event = eventRow({
        type: 'webhook.test',
        key: randomUUID(),
        occurredAt: now.toISOString(),
        arrivedAt: await databaseTime(manager),
        endpointId,
        data: { message: 'This is a test.' },
      });
      const [deliveryId] = await recordEvents(manager, [event], now.getTime());
      return deliveryId!; // the endpoint is there and enabled, and we hold it
    });
    return this.queries.get(asker, endpointId, id);
  }

  async #queue<T>(
    asker: Asker,
    endpointId: string,
    work: (manager: EntityManager, endpoint: WebhookEndpointEntity, now: Date) => Promise<T>,
  ): Promise<T> {
    const now = new Date(this.clock.now());
    const result = await this.endpoints.transaction(async (manager) => {
      const endpoint = await this.endpoints.lock(manager, asker, endpointId);
      if (!endpoint) throw noEndpoint();
      if (!endpoint.enabled) throw disabled();
      return work(manager, endpoint, now);
    });
    await this.events.publish('webhooks.queued', { endpointId });
    return result;
  }
}

function disabled(): AppError {
  const message =
    'this endpoint is disabled and is sent nothing; enable it first, with PATCH and {"enabled": true}';
  return new AppError('caller', 'webhook.conflict', message);
}
