import type { EntityManager } from 'typeorm';
import { eventBody, eventId, type NewEvent } from './new-event.js';

/** Receivers need take no more, Standard Webhooks 1.0.0. */
const MAX_BODY_BYTES = 20_000;

/** Whether an event v is for an endpoint e. */
export const IS_FOR = `(v.endpoint_id = e.id OR v.endpoint_id IS NULL AND v.type = ANY (e.event_types)
  AND (v.tenant IS NULL OR v.tenant = e.tenant)
  AND (v.instrument IS NULL OR e.instruments IS NULL OR v.instrument = ANY (e.instruments))
  AND (v.horizon IS NULL OR e.horizons IS NULL OR v.horizon = ANY (e.horizons))
  AND (v."interval" IS NULL OR v."interval" = ANY (e.intervals)))`;

/** Endpoints are made by the clock of another host than that of the database. */
export const CLOCKS_DIFFER = `interval '1 minute'`;

/**
 * One statement, so that all of it sees the same endpoints, and those that were there when what happened was read. Kept
 * are also events for endpoints that are disabled now: a replay can bring them.
 */
const RECORD = `
  WITH found AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS f (id text, type text, tenant text, endpoint_id uuid, instrument text,
      horizon text, "interval" text, arrived_at timestamptz, body text)
  ), added AS (
    INSERT INTO webhook_events (id, type, tenant, endpoint_id, instrument, horizon, "interval", arrived_at, body)
    SELECT v.id, v.type, v.tenant, v.endpoint_id, v.instrument, v.horizon, v."interval", v.arrived_at, v.body
    FROM found v
    WHERE EXISTS (SELECT FROM webhook_endpoints e WHERE ${IS_FOR} AND v.arrived_at >= e.created_at - ${CLOCKS_DIFFER})
    ON CONFLICT DO NOTHING
    RETURNING *
  )
  INSERT INTO webhook_deliveries (endpoint_id, event_id, state, step_since, next_attempt_at, created_at)
  SELECT e.id, v.id, 'pending', $2, $2, $2
  FROM added v JOIN webhook_endpoints e ON ${IS_FOR} AND e.enabled AND v.arrived_at >= e.listens_since
  ON CONFLICT DO NOTHING
  RETURNING id`;

/**
 * Writes events down and queues them for every endpoint that asks for them, within the caller's transaction. One that is
 * there already stays as it is and is queued for nobody.
 *
 * @returns ids of the deliveries that were queued
 */
export async function recordEvents(
  manager: EntityManager,
  events: readonly EventRow[],
  nowMs: number,
): Promise<string[]> {
  if (events.length === 0) return [];
  const rows = await manager.query<{ id: string }[]>(RECORD, [JSON.stringify(events), new Date(nowMs)]);
  return rows.map(({ id }) => id);
}

/** An event as it is stored, with its body. */
export type EventRow = ReturnType<typeof eventRow>;

/** @throws ZodError or RangeError when its data is not what its type says, or too long */
export function eventRow(event: NewEvent) {
  const body = eventBody(event);
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw new RangeError(`an event of ${body.length} characters`);
  return {
    id: eventId(event),
    type: event.type,
    tenant: event.tenant ?? null,
    endpoint_id: event.endpointId ?? null,
    instrument: event.instrument ?? null,
    horizon: event.horizon ?? null,
    interval: event.interval ?? null,
    arrived_at: event.arrivedAt,
    body,
  };
}
