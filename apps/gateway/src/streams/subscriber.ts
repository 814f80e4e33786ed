import type { Principal } from '@btcforecast/access';
import type { StreamReset } from '@btcforecast/contracts';
import type { ReplayBuffer } from './record/replay-buffer.js';
import { type StreamFeeder, unreadable } from './record/stream-feeder.js';
import { StreamFilter, type StreamQuestion } from './stream-filter.js';
import type { StreamMetrics } from './stream-metrics.js';
import { type Conflate, type EventSink, Subscription } from './subscription.js';

export interface SubscriptionRequest extends StreamQuestion {
  readonly conflate: Conflate;
  /** Id of the last event that the client has; undefined: it wants what happens from now on. */
  readonly lastEventId: string | undefined;
}

/** What was asked for and may be had; a subscription begins when there is somewhere to send its events. */
export interface PreparedSubscription {
  /** Why the client must read anew by REST; null when nothing is missing. */
  readonly reset: StreamReset['reason'] | null;
  readonly begin: (sink: EventSink) => Subscription;
}

/** Where a subscription begins, and what of the sequence it gets. */
export class Subscriber {
  constructor(
    private readonly buffer: ReplayBuffer,
    private readonly feeder: StreamFeeder,
    private readonly metrics: StreamMetrics,
  ) {}

  /**
   * @throws AppError access.forbidden, instrument.unknown; transient database.unavailable until the record has been read
   *   for the first time, or as far as the client has been told
   */
  async prepare(request: SubscriptionRequest, principal: Principal): Promise<PreparedSubscription> {
    // A market may have opened a moment ago.
    const isUnknown = request.instrument?.some((id) => !this.feeder.markets.has(id)) ?? false;
    if (!this.feeder.loaded || isUnknown) await this.feeder.look();
    if (!this.feeder.loaded) throw unreadable();
    const filter = StreamFilter.of(request, principal, this.feeder.markets);
    const { lastEventId, conflate } = request;
    const found = lastEventId ? await this.feeder.resume(lastEventId) : { from: this.buffer.here };
    const reset = 'reset' in found ? found.reset : null;
    if (lastEventId) this.metrics.resumed(reset ?? 'resumed');
    const begin = (sink: EventSink): Subscription => {
      const from = 'from' in found ? found.from : this.buffer.here;
      return new Subscription(sink, this.buffer, filter, conflate, from);
    };
    return { reset, begin };
  }
}
