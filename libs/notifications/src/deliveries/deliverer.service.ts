import { Clock, GuardedFetchError, Metrics } from '@btcforecast/platform';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AttemptRepository, type AttemptResult } from './attempt.repository.js';
import { DeliveryDispatcher } from './delivery.dispatcher.js';
import { type Claim, DeliveryRepository } from './delivery.repository.js';
import { type Outcome, outcomeOfFailure } from './outcome.js';
import { WebhookSender } from './webhook-sender.js';

/** Longer than any attempt: when it ends, whoever held the delivery is gone. */
const LEASE_MS = 60_000;
const DURATIONS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

export interface DeliverResult {
  /** not_due: there was nothing to do now, or no place for it. */
  readonly state: AttemptResult['state'] | 'not_due' | 'stopped';
}

/**
 * Makes one attempt at a delivery: at least once for every event and endpoint, with the same webhook-id each time. A
 * process that dies in the middle may have been heard or not; the delivery is tried again when its lease has ended.
 */
@Injectable()
export class Deliverer implements OnModuleDestroy {
  readonly #attempts;
  readonly #durations;
  readonly #disabled;
  #isStopping = false;

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly attempts: AttemptRepository,
    private readonly sender: WebhookSender,
    private readonly dispatcher: DeliveryDispatcher,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#attempts = metrics.counter(
      'webhook_attempts_total',
      'Attempts at deliveries, by what came of them',
      ['outcome'],
    );
    this.#durations = metrics.histogram(
      'webhook_attempt_duration_seconds',
      'Time of an attempt',
      [],
      DURATIONS,
    );
    this.#disabled = metrics.counter(
      'webhook_endpoints_disabled_total',
      'Endpoints that were disabled because they failed, by reason',
      ['reason'],
    );
  }

  /** Before anything waits for running jobs: they would hold up the shutdown for as long as their receivers like. */
  async onModuleDestroy(): Promise<void> {
    this.#isStopping = true;
    await this.sender.close();
  }

  /**
   * @throws AppError transient service.not_ready without the key that sealed the secrets, database.unavailable,
   *   queue.unavailable when what follows could not be asked for
   */
  async deliver(deliveryId: string): Promise<DeliverResult> {
    const startedMs = this.clock.now();
    const claim = await this.deliveries.claim(deliveryId, startedMs, startedMs + LEASE_MS);
    if (!claim) return { state: 'not_due' };
    const outcome = await this.#attempt(claim, startedMs);
    if (!outcome) return { state: 'stopped' };
    const time = { startedMs, endedMs: this.clock.now() };
    const result = await this.attempts.record(claim, outcome, time, Math.random());
    this.#count(result, outcome, time.endedMs - startedMs);
    if (result.state === 'retry') await this.dispatcher.retryLater(deliveryId, result.delayMs);
    await this.dispatcher.dispatch(claim.endpointId);
    return { state: result.state };
  }

  /** undefined: the process stops, and nobody knows whether the receiver has heard. */
  async #attempt(claim: Claim, startedMs: number): Promise<Outcome | undefined> {
    try {
      return await this.sender.send(claim, startedMs);
    } catch (error) {
      if (this.#isStopping) {
        await this.deliveries.release(claim.deliveryId);
        return undefined;
      }
      if (error instanceof GuardedFetchError) return outcomeOfFailure(error);
      throw error; // the lease stays: it is tried again when that has ended
    }
  }

  #count(result: AttemptResult, { status }: Outcome, ms: number): void {
    const { state } = result;
    if (state === 'failed' && result.disabled) this.#disabled.inc({ reason: result.disabled });
    const outcome = state === 'delivered' ? 'delivered' : status === null ? 'no_answer' : 'refused';
    this.#attempts.inc({ outcome });
    this.#durations.observe(ms / 1_000);
  }
}
