import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BROKEN_AT, isBroken } from './retry-schedule.js';

/** A delivery whose next attempt is made by whoever holds it, until the lease ends. */
export interface Claim {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly tenant: string;
  readonly url: string;
  readonly format: 'standard' | 'slack';
  readonly body: string;
  /** Attempts made before: in all, and in this run of the schedule, which began then. */
  readonly attempts: number;
  readonly step: number;
  readonly stepSince: Date;
}

/** Attempts that may go on at one endpoint at the same time: a slow one must not take the places of all others. */
export const PLACES = 4;

const LOCK_ENDPOINT = `SELECT e.id, e.failures FROM webhook_endpoints e
  JOIN webhook_deliveries d ON d.endpoint_id = e.id
  WHERE d.id = $1 AND e.enabled AND (e.paused_until IS NULL OR e.paused_until <= $2) FOR UPDATE OF e`;
const IN_FLIGHT = `SELECT count(*)::int AS n FROM webhook_deliveries
  WHERE endpoint_id = $1 AND state = 'pending' AND leased_until > $2`;
const TAKE = `
  UPDATE webhook_deliveries d SET leased_until = $3
  FROM webhook_endpoints e, webhook_events v
  WHERE d.id = $1 AND e.id = d.endpoint_id AND v.id = d.event_id AND d.state = 'pending' AND d.next_attempt_at <= $2
    AND (d.leased_until IS NULL OR d.leased_until <= $2)
  RETURNING d.id AS "deliveryId", d.endpoint_id AS "endpointId", d.event_id AS "eventId", e.tenant, e.url, e.format, v.body,
    d.attempts, d.step, d.step_since AS "stepSince"`;

/** Due and not handed out, the longest due first, as many of each endpoint as have a place there. */
const DISPATCH = `
  UPDATE webhook_deliveries SET dispatched_at = $1
  WHERE id IN (
    SELECT due.id FROM webhook_endpoints e
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS n FROM webhook_deliveries d
      WHERE d.endpoint_id = e.id AND d.state = 'pending' AND (d.leased_until > $1 OR d.dispatched_at > $2)
    ) AS busy
    CROSS JOIN LATERAL (
      SELECT d.id FROM webhook_deliveries d
      WHERE d.endpoint_id = e.id AND d.state = 'pending' AND d.next_attempt_at <= $1
        AND (d.leased_until IS NULL OR d.leased_until <= $1) AND (d.dispatched_at IS NULL OR d.dispatched_at <= $2)
      ORDER BY d.next_attempt_at LIMIT greatest(0, CASE WHEN e.failures >= $4 THEN 1 ELSE $3 END - busy.n)
    ) AS due
    WHERE e.enabled AND (e.paused_until IS NULL OR e.paused_until <= $1) AND ($5::uuid IS NULL OR e.id = $5)
    LIMIT 500
  ) RETURNING id`;

/** Who may make which attempt, and when: the table `webhook_deliveries`. All instants are wall time, ms. */
@Injectable()
export class DeliveryRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes a delivery until `leaseUntil`; null when it is not due, has ended, is taken, or its endpoint has no place or
   * pauses. Whoever comes next finds it.
   */
  claim(deliveryId: string, nowMs: number, leaseUntilMs: number): Promise<Claim | null> {
    const [now, leaseUntil] = [new Date(nowMs), new Date(leaseUntilMs)];
    return this.dataSource.transaction(async (manager) => {
      const [endpoint] = await manager.query<{ id: string; failures: number }[]>(LOCK_ENDPOINT, [
        deliveryId,
        now,
      ]);
      if (!endpoint) return null;
      const [inFlight] = await manager.query<{ n: number }[]>(IN_FLIGHT, [endpoint.id, now]);
      if ((inFlight?.n ?? 0) >= (isBroken(endpoint.failures) ? 1 : PLACES)) return null;
      const [rows] = await manager.query<[Claim[], number]>(TAKE, [deliveryId, now, leaseUntil]);
      return rows[0] ?? null;
    });
  }

  /** Gives a delivery back as if it had not been taken. */
  async release(deliveryId: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE webhook_deliveries SET leased_until = NULL, dispatched_at = NULL WHERE id = $1 AND state = 'pending'`,
      [deliveryId],
    );
  }

  /** Takes back deliveries that were handed out and reached nobody. */
  async takeBack(deliveryIds: readonly string[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE webhook_deliveries SET dispatched_at = NULL WHERE id = ANY ($1::uuid[]) AND state = 'pending'`,
      [deliveryIds],
    );
  }

  /**
   * Ids of deliveries whose attempt can be made now. Each is handed out once, and again when nothing has come of it by
   * then.
   *
   * @param silentSinceMs what was handed out before and not taken is handed out again
   */
  async dispatch(nowMs: number, silentSinceMs: number, endpointId?: string): Promise<string[]> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(DISPATCH, [
      new Date(nowMs),
      new Date(silentSinceMs),
      PLACES,
      BROKEN_AT,
      endpointId ?? null,
    ]);
    return rows.map(({ id }) => id);
  }
}
