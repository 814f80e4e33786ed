import type { MarketFeedReader } from '@btcforecast/candle-reader';
import { sleep } from './sleep.js';
import { VenueSession, type SessionParts } from './venue-session.js';

const RETRY_MS = 2_000;

/** Keeps the candles of one feed and instrument flowing, from whichever venue can be had. */
export class Ingestor {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #active: string | undefined;

  constructor(
    private readonly parts: SessionParts,
    private readonly feeds: MarketFeedReader,
  ) {}

  /** Returns at once: the service answers from the database while the exchange is away. */
  start(): void {
    this.#running ??= this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Venue in use; undefined until the history of one is complete. */
  get activeVenue(): string | undefined {
    return this.#active;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#useOneVenue(signal);
      } catch (error) {
        this.parts.reporting.logger.warn({ err: error }, 'ingestion was interrupted: it goes on in a moment');
        await sleep(RETRY_MS, signal);
      }
    }
  }

  async #useOneVenue(signal: AbortSignal): Promise<void> {
    const { selector, settings, reporting } = this.parts;
    const row = await this.feeds.feed(settings.feed, settings.instrument);
    const exchange = await selector.choose(signal);
    if (!exchange) return;
    const session = new VenueSession(this.parts, exchange);
    try {
      const end = await session.run(signal, row?.venue === exchange.venue, () =>
        this.#activated(exchange.venue),
      );
      if (end === 'failed') selector.markFailed(exchange.venue);
      if (end !== 'stopped') reporting.logger.warn({ venue: exchange.venue, end }, 'leaving the venue');
    } catch (error) {
      selector.markFailed(exchange.venue);
      throw error;
    }
  }

  #activated(venue: string): void {
    const { metrics, logger } = this.parts.reporting;
    if (this.#active !== undefined && this.#active !== venue) metrics.venueSwitches.inc({ venue });
    this.#active = venue;
    logger.info({ venue, feed: this.parts.settings.feed }, 'venue in use');
  }
}
