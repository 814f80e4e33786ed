import type { CandleReader } from '@btcforecast/candle-reader';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { Clock } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import type { CandleIntake } from '../candles/candle-intake.service.js';
import type { MissingCandlesReader } from '../candles/missing-candles.reader.js';
import type { ExchangePort } from '../exchange/exchange-port.js';
import type { Exchanges } from '../exchange/exchanges.js';
import type { GapWatch } from '../gaps/gap-watch.service.js';
import type { Reporting } from '../reporting.js';
import type { CandleFiller } from './candle-filler.js';
import { checkAcrossVenues } from './cross-venue-check.js';
import { EventClock } from './event-clock.js';
import type { IngestSettings } from './ingest-settings.js';
import type { MarketFeedRepository } from './market-feed.repository.js';
import type { RecentHours } from './recent-hours.js';
import { Reconciler } from './reconciler.js';
import { sleep } from './sleep.js';
import { StreamRunner } from './stream-runner.js';
import { VenueHealth } from './venue-health.js';
import type { VenueSelector } from './venue-selector.js';

export interface SessionParts {
  readonly settings: IngestSettings;
  readonly clock: Clock;
  readonly reporting: Reporting;
  readonly exchanges: Exchanges;
  readonly selector: VenueSelector;
  readonly intake: CandleIntake;
  readonly filler: CandleFiller;
  readonly missing: MissingCandlesReader;
  readonly reader: CandleReader;
  readonly gaps: GapWatch;
  readonly feeds: MarketFeedRepository;
  readonly recent: RecentHours;
}

/** Why the use of a venue ended. */
export type SessionEnd = 'stopped' | 'failed' | 'better venue';

const CLOCK_MS = 1_000;

/** The use of one venue, from the filling of its history until it fails or a better one is back. */
export class VenueSession {
  readonly #health: VenueHealth;
  readonly #eventClock: EventClock;
  readonly #ended = Promise.withResolvers<SessionEnd>();
  #wake = Promise.withResolvers<void>();
  #overlapWanted = false;

  constructor(
    private readonly parts: SessionParts,
    private readonly exchange: ExchangePort,
  ) {
    this.#health = new VenueHealth(parts.clock);
    this.#eventClock = new EventClock(exchange, parts.clock, parts.settings.source === 'live');
  }

  /**
   * @param isActive whether everyone goes by this venue already; if not, its history is completed first
   * @param onActive called when everyone goes by this venue
   * @throws AppError as ExchangePort when the venue fails before it is in use
   */
  async run(signal: AbortSignal, isActive: boolean, onActive: () => void): Promise<SessionEnd> {
    const session = new AbortController();
    const inner = AbortSignal.any([signal, session.signal]);
    await this.#eventClock.observe();
    const interval = await this.exchange.baseInterval();
    const reconcilers = this.#reconcilers(interval);
    const loops: Promise<void>[] = [];
    try {
      if (isActive) loops.push(this.#clockLoop(interval, inner));
      else for (const reconciler of reconcilers) await this.#complete(reconciler, inner);
      if (signal.aborted) return 'stopped';
      if (!isActive) loops.push(this.#clockLoop(interval, inner));
      onActive();
      loops.push(this.#reconcileLoop(reconcilers, inner), this.#stream(interval, reconcilers).run(inner));
      loops.push(this.#watchLoop(inner), ...(this.#mayCompare ? [this.#compareLoop(inner)] : []));
      signal.addEventListener('abort', () => this.#ended.resolve('stopped'), { once: true });
      if (signal.aborted) return 'stopped';
      return await this.#ended.promise;
    } finally {
      session.abort();
      this.#wake.resolve();
      await Promise.allSettled(loops);
    }
  }

  get #mayCompare(): boolean {
    return this.parts.settings.source === 'live' && this.parts.exchanges.venues.length > 1;
  }

  /** Hours first: forecasts need them. */
  #reconcilers(baseInterval: Interval): Reconciler[] {
    const { historyMs, fineHistoryMs } = this.parts.settings.options;
    const { exchange } = this;
    const shared = { ...this.parts, exchange, eventClock: this.#eventClock };
    const hours = new Reconciler({ ...shared, interval: '1h', historyMs });
    if (INTERVAL_MS[baseInterval] >= HOUR_MS) return [hours];
    return [hours, new Reconciler({ ...shared, interval: baseInterval, historyMs: fineHistoryMs })];
  }

  async #complete(reconciler: Reconciler, signal: AbortSignal): Promise<void> {
    const { logger } = this.parts.reporting;
    const fields = { venue: this.exchange.venue, interval: reconciler.interval };
    logger.info(fields, 'completing the history of the venue');
    if (this.exchange.historyLimit !== null) {
      logger.warn(
        { ...fields, historyLimit: this.exchange.historyLimit },
        'this venue serves its newest candles only: without a history from elsewhere no forecast can be made from it',
      );
    }
    await reconciler.reconcile(signal);
    logger.info(fields, 'history of the venue complete');
  }

  #stream(interval: Interval, reconcilers: readonly Reconciler[]): StreamRunner {
    const finest = reconcilers[reconcilers.length - 1]!; // there is always one
    return new StreamRunner({
      ...this.parts,
      exchange: this.exchange,
      interval,
      eventClock: this.#eventClock,
      onConnected: () => {
        this.#overlapWanted = true;
        this.#wake.resolve();
      },
      completeUntil: (instant, signal) => finest.completeUntil(instant, signal),
    });
  }

  async #clockLoop(interval: Interval, signal: AbortSignal): Promise<void> {
    const { feeds, reporting } = this.parts;
    while (!signal.aborted) {
      try {
        const time = await this.#observed();
        if (time) await feeds.write(this.exchange.venue, interval, time);
        reporting.metrics.speed.set(this.#eventClock.speed);
      } catch (error) {
        reporting.logger.warn({ err: error }, 'the event clock could not be written');
      }
      await sleep(CLOCK_MS, signal);
    }
  }

  async #observed(): Promise<ReturnType<EventClock['lost']>> {
    try {
      const time = await this.#eventClock.observe();
      this.#health.succeeded('clock');
      return time;
    } catch (error) {
      this.#health.failed('clock', error);
      return this.#eventClock.lost();
    }
  }

  async #reconcileLoop(reconcilers: readonly Reconciler[], signal: AbortSignal): Promise<void> {
    const { reporting, gaps, settings, recent, intake } = this.parts;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      try {
        await recent.store(intake, this.#eventClock.now());
        await this.#reconcile(reconcilers, signal);
        this.#health.succeeded('candles');
        await gaps.sweep();
      } catch (error) {
        this.#health.failed('candles', error);
        reporting.logger.warn(
          { err: error, venue: this.exchange.venue },
          'candles could not be completed now',
        );
      }
      await Promise.race([sleep(settings.options.reconcileMs, signal), this.#wake.promise]);
    }
  }

  async #reconcile(reconcilers: readonly Reconciler[], signal: AbortSignal): Promise<void> {
    const finest = reconcilers[reconcilers.length - 1]!; // there is always one
    if (this.#overlapWanted) {
      this.#overlapWanted = false;
      await finest.overlap(signal);
    }
    for (const reconciler of reconcilers) {
      await reconciler.reconcile(signal);
      const ageMs = await reconciler.newestAgeMs();
      const { reporting, settings } = this.parts;
      if (ageMs === null) continue;
      reporting.metrics.noteAge(reconciler.interval, settings.instrument, ageMs, this.#eventClock.speed);
    }
  }

  /** Ends the session when the venue has failed for too long or a better one is back. */
  async #watchLoop(signal: AbortSignal): Promise<void> {
    const { selector, exchanges, settings, clock } = this.parts;
    const { failoverAfterMs, failBackProbeMs } = settings.options;
    let probeAt = clock.now() + failBackProbeMs;
    while (!signal.aborted) {
      await sleep(Math.min(CLOCK_MS, failoverAfterMs, failBackProbeMs), signal);
      if (this.#health.failingForMs() > failoverAfterMs && exchanges.venues.length > 1)
        this.#ended.resolve('failed');
      if (clock.now() < probeAt) continue;
      probeAt = clock.now() + failBackProbeMs;
      if (await selector.hasBetter(this.exchange.venue)) this.#ended.resolve('better venue');
    }
  }

  async #compareLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.parts.settings.options.crossCheckMs, signal);
      if (signal.aborted) return;
      await checkAcrossVenues(this.parts, this.exchange.venue, signal).catch((error: unknown) => {
        this.parts.reporting.logger.debug({ err: error }, 'the other venue could not be asked');
      });
    }
  }
}
