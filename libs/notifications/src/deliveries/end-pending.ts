import type { EntityManager } from 'typeorm';

/** Gives up what was still to be sent to an endpoint. */
export async function endPending(manager: EntityManager, endpointId: string, now: Date): Promise<void> {
  await manager.query(
    `UPDATE webhook_deliveries SET state = 'failed', ended_at = $2, next_attempt_at = NULL, leased_until = NULL
     WHERE endpoint_id = $1 AND state = 'pending'`,
    [endpointId, now],
  );
}
