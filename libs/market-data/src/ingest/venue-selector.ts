import type { Clock } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import type { ExchangePort } from '../exchange/exchange-port.js';
import type { Exchanges } from '../exchange/exchanges.js';
import type { Reporting } from '../reporting.js';
import { Backoff } from './backoff.js';
import type { IngestSettings } from './ingest-settings.js';
import { sleep } from './sleep.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const PROBED_HOURS = 3;
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Which venue to use: the most preferred that answers. One that has failed is passed over until it has answered
 * without a break for a while (failBackAfterMs); forecasts are made from one venue's candles, so hopping to and fro
 * would cost more than a stay at the second choice.
 */
export class VenueSelector {
  /** When each venue failed last, wall time. */
  readonly #failedAt = new Map<string, number>();
  readonly #answersSince = new Map<string, number>();
  /** Why the venue that was asked last did not answer. */
  #refusal: unknown;

  constructor(
    private readonly exchanges: Exchanges,
    private readonly settings: IngestSettings,
    private readonly clock: Clock,
    private readonly reporting: Reporting,
  ) {}

  /** Waits until some venue answers. Null when the signal aborts first. */
  async choose(signal: AbortSignal): Promise<ExchangePort | null> {
    const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    while (!signal.aborted) {
      for (const venue of this.#byPreference()) {
        const exchange = await this.#answering(venue);
        if (exchange) return exchange;
      }
      const pauseMs = Math.round(backoff.next());
      const fields = { venues: this.exchanges.venues, pauseMs, err: this.#refusal };
      this.reporting.logger.warn(fields, 'no venue answers: asked again');
      await sleep(pauseMs, signal);
    }
    return null;
  }

  markFailed(venue: string): void {
    this.#failedAt.set(venue, this.clock.now());
    this.#answersSince.delete(venue);
  }

  /** Asks the venues preferred to the current one; true when one of them has answered for long enough. */
  async hasBetter(current: string): Promise<boolean> {
    const preferred = this.exchanges.venues.slice(0, this.exchanges.venues.indexOf(current));
    for (const venue of preferred) {
      const exchange = await this.#answering(venue);
      if (!exchange || !(await this.#servesCandles(exchange))) {
        this.#answersSince.delete(venue);
        continue;
      }
      const since = this.#answersSince.get(venue) ?? this.clock.now();
      this.#answersSince.set(venue, since);
      if (this.clock.now() - since < this.settings.options.failBackAfterMs) continue;
      this.#failedAt.delete(venue);
      return true;
    }
    return false;
  }

  /** Those that have failed come last, the one whose failure is longest ago first: else one would be tried for ever. */
  #byPreference(): string[] {
    const failedAt = (venue: string) => this.#failedAt.get(venue) ?? 0;
    return this.exchanges.venues.toSorted((a, b) => failedAt(a) - failedAt(b));
  }

  async #answering(venue: string): Promise<ExchangePort | null> {
    try {
      const exchange = await this.exchanges.get(venue);
      await exchange.time();
      return exchange;
    } catch (error) {
      this.#refusal = error;
      this.reporting.logger.debug({ venue, err: error }, 'venue does not answer');
      return null;
    }
  }

  /** Telling the time is not enough to be used again. */
  async #servesCandles(exchange: ExchangePort): Promise<boolean> {
    try {
      const { nowMs } = await exchange.time();
      const { instrument } = this.settings;
      const recent = { instrument, interval: '1h', from: nowMs - PROBED_HOURS * HOUR_MS, to: nowMs } as const;
      for await (const page of exchange.fetchCandles(recent, AbortSignal.timeout(PROBE_TIMEOUT_MS))) {
        if (page.length > 0) return true;
      }
      return false;
    } catch {
      return false; // whatever is wrong with it, it is not to be used yet
    }
  }
}
