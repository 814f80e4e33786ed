import type { CandleSeries } from '@btcforecast/candle-reader';
import { Clock, EventBus, JobQueues } from '@btcforecast/platform';
import type { Range } from '../candles/ranges.js';
import { IngestSettings } from '../ingest/ingest-settings.js';
import { Reporting } from '../reporting.js';
import { GapLedger, type Gap } from './gap-ledger.js';

/** A repair job that got lost is added again after that time. */
const LEASE_MS = 120_000;

/** Notices gaps, has them repaired, tells when they close. */
export class GapWatch {
  readonly #shown = new Set<string>();

  constructor(
    readonly ledger: GapLedger,
    private readonly jobs: JobQueues,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: IngestSettings,
    private readonly reporting: Reporting,
  ) {}

  /** Enters missing ranges; they are repaired from the next sweep on. */
  async open(series: CandleSeries, ranges: readonly Range[]): Promise<void> {
    const now = this.clock.now();
    const nextAttemptAt = now + this.settings.options.gapFirstRetryMs;
    for (const gap of await this.ledger.open(series, ranges, { openedAt: now, nextAttemptAt })) {
      this.reporting.logger.warn(described(gap), 'candles are missing: gap opened');
      await this.#publish('gap.opened', gap);
    }
  }

  /** Closes what has been filled. */
  async settle(): Promise<void> {
    for (const gap of await this.ledger.settle(this.settings.instrument, this.clock.now())) {
      this.reporting.logger.info(described(gap), 'gap repaired');
      await this.#publish('gap.closed', gap);
    }
  }

  /** Closes what has been filled, hands out what is due for repair, counts what is open. */
  async sweep(): Promise<void> {
    await this.settle();
    const now = this.clock.now();
    for (const gap of await this.ledger.takeDue(this.settings.instrument, now, now + LEASE_MS)) {
      const jobId = `repair_gap-${gap.id}-${gap.attempts}-${Math.floor(now / LEASE_MS)}`;
      await this.jobs.add('data_processing', 'repair_gap', { gapId: gap.id }, { jobId });
    }
    await this.#showOpen();
  }

  /** A venue of which no gap is left is shown with none. */
  async #showOpen(): Promise<void> {
    const { instrument } = this.settings;
    const counts = await this.ledger.countOpen(instrument);
    for (const venue of counts.keys()) this.#shown.add(venue);
    for (const venue of this.#shown) {
      this.reporting.metrics.openGaps.set({ venue, instrument }, counts.get(venue) ?? 0);
    }
  }

  /** The venue has no such candles: the gap stays visible, and the operator is told. */
  async giveUp(gap: Gap): Promise<void> {
    await this.ledger.giveUp(gap.id, this.clock.now());
    this.reporting.logger.warn(described(gap), 'the venue has no such candles: gap is unrepairable');
    await this.#publish('gap.closed', gap);
    await this.jobs.add(
      'notifications',
      'announce_gap',
      { gapId: gap.id },
      { jobId: `announce_gap-${gap.id}` },
    );
  }

  async #publish(event: 'gap.opened' | 'gap.closed', { id, instrument, venue }: Gap): Promise<void> {
    await this.events.publish(event, { feed: this.settings.feed, instrument, venue, gapId: id });
  }
}

function described({ id, instrument, venue, interval, from, to, attempts }: Gap): object {
  return {
    gapId: id,
    instrument,
    venue,
    interval,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    attempts,
  };
}
