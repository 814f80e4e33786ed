import type { WebhookEndpointEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { databaseTime } from '../events/event-source.js';
import { eventRow, recordEvents } from '../events/event-recorder.js';
import type { Claim } from './delivery.repository.js';
import { endPending } from './end-pending.js';
import type { Outcome } from './outcome.js';
import { pauseMs, retryDelayMs } from './retry-schedule.js';

/** When an attempt was made, wall time, ms. */
export interface AttemptTime {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** gone: it answered 410; failing: every attempt failed. */
export type DisableReason = 'gone' | 'failing';

export type AttemptResult =
  | { readonly state: 'delivered' }
  /** No attempt is to come; `disabled`: of its endpoint neither, and why. */
  | { readonly state: 'failed'; readonly disabled?: DisableReason }
  /** `delayMs` until the next attempt. */
  | { readonly state: 'retry'; readonly delayMs: number };

type Health = Pick<
  WebhookEndpointEntity,
  'tenant' | 'url' | 'enabled' | 'failures' | 'failingSince' | 'lastSuccessAt'
>;

/** An endpoint that has failed for so long, and so often, is not tried any more. */
const FAILING_FOR_MS = 5 * 86_400_000;
const FAILING_AT_LEAST = 10;

const LOCK = `SELECT tenant, url, enabled, failures, failing_since AS "failingSince", last_success_at AS "lastSuccessAt"
  FROM webhook_endpoints WHERE id = $1 FOR UPDATE`;
const LOG = `INSERT INTO webhook_attempts (delivery_id, number, at, latency_ms, status, failure, response)
  SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 FROM webhook_attempts WHERE delivery_id = $1`;
const DELIVERED = `UPDATE webhook_deliveries SET state = 'delivered', attempts = attempts + 1, step = step + 1,
    next_attempt_at = NULL, leased_until = NULL, ended_at = $2 WHERE id = $1`;
const FAILED = `UPDATE webhook_deliveries SET state = 'failed', attempts = attempts + 1, step = step + 1,
    next_attempt_at = NULL, leased_until = NULL, ended_at = $2 WHERE id = $1 AND state = 'pending'`;
const AGAIN = `UPDATE webhook_deliveries SET attempts = attempts + 1, step = step + 1, next_attempt_at = $2,
    leased_until = NULL, dispatched_at = NULL WHERE id = $1 AND state = 'pending'`;
const WELL = `UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_until = NULL, last_success_at = $2
  WHERE id = $1`;
const UNWELL = `UPDATE webhook_endpoints SET failures = failures + 1, failing_since = coalesce(failing_since, $2),
    last_failure_at = $2, paused_until = greatest(paused_until, $3) WHERE id = $1`;
const DISABLE = `UPDATE webhook_endpoints SET enabled = false, disabled_reason = $2, disabled_at = $3, updated_at = $3
  WHERE id = $1`;

/** What came of attempts: the log, the delivery, and the health of the endpoint, in one transaction. */
@Injectable()
export class AttemptRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param random in [0, 1), for the jitter of the next attempt
   */
  record(claim: Claim, outcome: Outcome, time: AttemptTime, random: number): Promise<AttemptResult> {
    return this.dataSource.transaction(async (manager) => {
      const [endpoint] = await manager.query<Health[]>(LOCK, [claim.endpointId]);
      if (!endpoint) return { state: 'failed' }; // deleted meanwhile, and this delivery with it
      const { status, failure, response } = outcome;
      const latencyMs = time.endedMs - time.startedMs;
      const entry = [claim.deliveryId, new Date(time.startedMs), latencyMs, status, failure, response];
      await manager.query(LOG, entry);
      return outcome.isDelivered
        ? recordSuccess(manager, claim, new Date(time.endedMs))
        : recordFailure(manager, { claim, outcome, endpoint, nowMs: time.endedMs, random });
    });
  }
}

async function recordSuccess(manager: EntityManager, claim: Claim, now: Date): Promise<AttemptResult> {
  await manager.query(DELIVERED, [claim.deliveryId, now]);
  await manager.query(WELL, [claim.endpointId, now]);
  return { state: 'delivered' };
}

interface Failure {
  readonly claim: Claim;
  readonly outcome: Outcome;
  readonly endpoint: Health;
  readonly nowMs: number;
  readonly random: number;
}

async function recordFailure(manager: EntityManager, failure: Failure): Promise<AttemptResult> {
  const { claim, outcome, endpoint, nowMs, random } = failure;
  const now = new Date(nowMs);
  const pause = pauseMs(endpoint.failures + 1, outcome.isOverloaded, outcome.askedMs);
  await manager.query(UNWELL, [claim.endpointId, now, pause > 0 ? new Date(nowMs + pause) : null]);
  const delayMs = outcome.isGone ? null : retryDelayMs(claim.step + 1, random, outcome.askedMs);
  if (delayMs === null) await manager.query(FAILED, [claim.deliveryId, now]);
  else await manager.query(AGAIN, [claim.deliveryId, new Date(nowMs + delayMs)]);
  const reason = endpoint.enabled ? reasonToDisable(failure, delayMs === null) : undefined;
  if (reason) await disable(manager, failure, reason);
  if (reason) return { state: 'failed', disabled: reason };
  return delayMs === null ? { state: 'failed' } : { state: 'retry', delayMs };
}

/** One event that always fails while others arrive is not the endpoint's end. */
function reasonToDisable(
  { claim, outcome, endpoint, nowMs }: Failure,
  isExhausted: boolean,
): DisableReason | undefined {
  if (outcome.isGone) return 'gone';
  const { lastSuccessAt, failingSince, failures } = endpoint;
  const noneArrived = lastSuccessAt === null || lastSuccessAt < claim.stepSince;
  if (isExhausted && noneArrived) return 'failing';
  const failingForMs = failingSince === null ? 0 : nowMs - failingSince.getTime();
  return failingForMs >= FAILING_FOR_MS && failures + 1 >= FAILING_AT_LEAST ? 'failing' : undefined;
}

async function disable(manager: EntityManager, failure: Failure, reason: DisableReason): Promise<void> {
  const { claim, endpoint, nowMs } = failure;
  const id = claim.endpointId;
  const now = new Date(nowMs);
  await manager.query(DISABLE, [id, reason, now]);
  await endPending(manager, id, now);
  const event = eventRow({
    type: 'webhook.disabled',
    key: `${id} ${now.toISOString()}`,
    occurredAt: now.toISOString(),
    arrivedAt: await databaseTime(manager),
    tenant: endpoint.tenant,
    data: { id, url: endpoint.url, reason, failingSince: (endpoint.failingSince ?? now).toISOString() },
  });
  await recordEvents(manager, [event], nowMs);
}
