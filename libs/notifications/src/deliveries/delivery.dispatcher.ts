import { Clock, JobQueues } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DeliveryRepository } from './delivery.repository.js';

/** A job that was handed out and of which nothing came was lost, or waits in a very long queue. */
const SILENT_MS = 60_000;

/** Turns deliveries that are due into jobs. A job is only the reason to look: the delivery's row decides. */
@Injectable()
export class DeliveryDispatcher {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly jobs: JobQueues,
    private readonly clock: Clock,
  ) {}

  /**
   * @param endpointId only of this endpoint
   * @returns how many were handed out
   * @throws AppError transient queue.unavailable; what was not handed out is found again at the next look
   */
  async dispatch(endpointId?: string): Promise<number> {
    const now = this.clock.now();
    const ids = await this.deliveries.dispatch(now, now - SILENT_MS, endpointId);
    for (const [i, deliveryId] of ids.entries()) {
      try {
        await this.jobs.add('notifications', 'deliver_webhook', { deliveryId });
      } catch (error) {
        await this.deliveries.takeBack(ids.slice(i));
        throw error;
      }
    }
    return ids.length;
  }

  /** @throws AppError as {@link dispatch}; the attempt is then found when it has been due for a while */
  async retryLater(deliveryId: string, delayMs: number): Promise<void> {
    await this.jobs.add('notifications', 'deliver_webhook', { deliveryId }, { delayMs });
  }
}
