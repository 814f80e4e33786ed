import type {
  WebhookDeliveriesQuery,
  WebhookDeliveriesReply,
  WebhookDeliveryDetailReply,
  WebhookDeliveryReply,
} from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Asker } from '../asker.js';
import { noEndpoint } from '../endpoints/endpoint.service.js';
import { EndpointRepository } from '../endpoints/endpoint.repository.js';
import { pageEnd, pageOf } from '../page-cursor.js';

interface AttemptRow {
  readonly at: Date;
  readonly latencyMs: number;
  readonly status: number | null;
  readonly failure: string | null;
  readonly response: string | null;
}
interface DeliveryRow extends Partial<AttemptRow> {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly state: WebhookDeliveryReply['state'];
  readonly attempts: number;
  readonly createdAt: Date;
  readonly nextAttemptAt: Date | null;
  readonly endedAt: Date | null;
  readonly body: string;
}

const ATTEMPT = `a.at, a.latency_ms AS "latencyMs", a.status, a.failure, a.response`;
const DELIVERIES = `
  SELECT d.id, d.event_id AS "eventId", v.type, d.state, d.attempts, d.created_at AS "createdAt",
    d.next_attempt_at AS "nextAttemptAt", d.ended_at AS "endedAt", v.body, ${ATTEMPT}
  FROM webhook_deliveries d JOIN webhook_events v ON v.id = d.event_id
  LEFT JOIN LATERAL (
    SELECT * FROM webhook_attempts WHERE delivery_id = d.id ORDER BY number DESC LIMIT 1
  ) a ON true
  WHERE d.endpoint_id = $1`;
const PAGE = `${DELIVERIES} AND ($2::text IS NULL OR d.state = $2) AND ($3::text IS NULL OR v.type = $3)
    AND ($4::timestamptz IS NULL OR (d.created_at, d.id) < ($4, $5::uuid))
  ORDER BY d.created_at DESC, d.id DESC LIMIT $6`;
const LOG = `SELECT ${ATTEMPT} FROM webhook_attempts a WHERE a.delivery_id = $1 ORDER BY a.number DESC LIMIT 200`;

/** What was sent to an endpoint, and what came of it. */
@Injectable()
export class DeliveryQueries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly endpoints: EndpointRepository,
  ) {}

  /** @throws AppError caller webhook.not_found; request.cursor_invalid */
  async list(
    asker: Asker,
    endpointId: string,
    query: WebhookDeliveriesQuery,
  ): Promise<WebhookDeliveriesReply> {
    const { state, type, limit, cursor } = query;
    const name = `deliveries ${endpointId} ${state ?? ''} ${type ?? ''}`;
    const end = pageEnd(name, cursor);
    if (!(await this.endpoints.find(asker, endpointId))) throw noEndpoint();
    const values = [endpointId, state ?? null, type ?? null, end?.at ?? null, end?.id ?? null, limit + 1];
    const rows = await this.dataSource.query<DeliveryRow[]>(PAGE, values);
    const page = pageOf(name, rows, limit, ({ createdAt, id }) => ({ at: createdAt.toISOString(), id }));
    return { data: page.data.map(deliveryReply), next: page.next };
  }

  /** @throws AppError caller webhook.not_found */
  async get(asker: Asker, endpointId: string, id: string): Promise<WebhookDeliveryDetailReply> {
    if (!(await this.endpoints.find(asker, endpointId))) throw noEndpoint();
    const [row] = await this.dataSource.query<DeliveryRow[]>(`${DELIVERIES} AND d.id = $2`, [endpointId, id]);
    if (!row) throw noDelivery();
    const log = await this.dataSource.query<AttemptRow[]>(LOG, [id]);
    return { ...deliveryReply(row), body: row.body, log: log.map(attemptReply) };
  }
}

export function noDelivery(): AppError {
  const message = 'this endpoint has no delivery with this id; GET /v1/webhooks/{id}/deliveries lists them';
  return new AppError('caller', 'webhook.not_found', message);
}

function deliveryReply(row: DeliveryRow): WebhookDeliveryReply {
  const { id, eventId, type, state, attempts, createdAt, nextAttemptAt, endedAt, at } = row;
  return {
    ...{ id, eventId, type, state, attempts },
    createdAt: createdAt.toISOString(),
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    lastAttempt: at ? attemptReply(row as DeliveryRow & AttemptRow) : null,
  };
}

function attemptReply({ at, latencyMs, status, failure, response }: AttemptRow) {
  return { at: at.toISOString(), latencyMs, status, failure, response };
}
