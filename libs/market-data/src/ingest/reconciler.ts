import type { CandleReader, CandleSeries } from '@btcforecast/candle-reader';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { MissingCandlesReader } from '../candles/missing-candles.reader.js';
import { joinRanges, subtractRanges, type Range } from '../candles/ranges.js';
import type { ExchangePort } from '../exchange/exchange-port.js';
import type { GapWatch } from '../gaps/gap-watch.service.js';
import type { CandleFiller } from './candle-filler.js';
import type { EventClock } from './event-clock.js';
import type { IngestSettings } from './ingest-settings.js';

export interface ReconcilerParts {
  readonly exchange: ExchangePort;
  readonly interval: Interval;
  /** How far back candles of the interval are kept complete, event time, ms. */
  readonly historyMs: number;
  readonly eventClock: EventClock;
  readonly settings: IngestSettings;
  readonly filler: CandleFiller;
  readonly missing: MissingCandlesReader;
  readonly reader: CandleReader;
  readonly gaps: GapWatch;
}

/** Holes closer together than this are asked for in one request. */
const JOIN_INTERVALS = 200;
/** How many candles before the newest one are asked for again after a reconnect, to notice late corrections. */
const OVERLAP_INTERVALS = 5;

/**
 * Keeps one interval of one venue complete: compares what is stored with the grid up to the exchange's time, asks for
 * what is missing, and enters into the ledger what the exchange does not have either.
 */
export class Reconciler {
  /** Up to here every candle is stored, or its absence is in the ledger. */
  #verifiedUntil: number | undefined;

  constructor(private readonly parts: ReconcilerParts) {}

  get interval(): Interval {
    return this.parts.interval;
  }

  /** @throws AppError as ExchangePort; what was stored before stays */
  async reconcile(signal: AbortSignal): Promise<void> {
    const { requestAfterMs, gapAfterMs } = this.parts.settings.options;
    const from = this.#verifiedUntil ?? (await this.#startOfGrid());
    const requestEdge = this.#edge(requestAfterMs);
    for (const range of joinRanges(
      await this.#unexplained({ from, to: requestEdge }),
      this.#steps(JOIN_INTERVALS),
    )) {
      await this.#fill(range, signal);
      if (signal.aborted) return;
    }
    await this.#enterGaps(from, this.#edge(gapAfterMs));
  }

  /**
   * Brings what closed between the newest stored candle and an instant, ms.
   *
   * @throws AppError as ExchangePort; what was stored before stays
   */
  async completeUntil(instant: number, signal: AbortSignal): Promise<void> {
    const newest = await this.parts.reader.newestCloseTime(this.#series);
    if (newest !== null && newest < instant) await this.#fill({ from: newest, to: instant }, signal);
  }

  /** After a reconnect: what closed while nobody listened, and a little before it. */
  async overlap(signal: AbortSignal): Promise<void> {
    const newest = await this.parts.reader.newestCloseTime(this.#series);
    if (newest === null) return;
    const from = newest - this.#steps(OVERLAP_INTERVALS);
    await this.#fill({ from, to: Math.max(from, this.#edge(0)) }, signal);
  }

  /** Event time since the newest stored candle closed, ms; null when there is none. */
  async newestAgeMs(): Promise<number | null> {
    const newest = await this.parts.reader.newestCloseTime(this.#series);
    return newest === null ? null : this.parts.eventClock.now() - newest;
  }

  async #fill(range: Range, signal: AbortSignal): Promise<void> {
    const { filler, exchange, settings } = this.parts;
    await filler.fill(exchange, { ...this.#series, ...range, feed: settings.feed }, signal);
  }

  async #enterGaps(from: number, edge: number): Promise<void> {
    const oldest = await this.parts.reader.oldestOpenTime(this.#series);
    if (oldest === null || edge <= from) return;
    // Before its first candle a venue has no gap: it had not begun.
    const range = { from: Math.max(from, oldest), to: edge };
    await this.parts.gaps.open(this.#series, await this.#unexplained(range));
    this.#verifiedUntil = edge;
  }

  /** Missing ranges about which the ledger says nothing yet; those in it are repaired at their own pace. */
  async #unexplained(range: Range): Promise<Range[]> {
    const missing = await this.parts.missing.ranges(this.#series, range);
    if (missing.length === 0) return [];
    return subtractRanges(missing, await this.parts.gaps.ledger.unrepaired(this.#series, range));
  }

  async #startOfGrid(): Promise<number> {
    const { eventClock, historyMs, exchange } = this.parts;
    const limit = exchange.historyLimit ?? Infinity;
    const backMs = Math.min(historyMs, limit * INTERVAL_MS[this.parts.interval]);
    const start = this.#floor(eventClock.now() - backMs);
    const oldest = await this.parts.reader.oldestOpenTime(this.#series);
    // A venue that gives only its newest candles: what lies before ours can never be had.
    return exchange.historyLimit !== null && oldest !== null ? Math.max(start, oldest) : start;
  }

  /** End of the last candle that closed `afterMs` of wall time ago. While time stands still nothing is on its way. */
  #edge(afterMs: number): number {
    const { eventClock } = this.parts;
    const pace = eventClock.speed === 0 ? 0 : Math.max(1, eventClock.speed);
    return this.#floor(eventClock.now() - afterMs * pace);
  }

  get #series(): CandleSeries {
    const { settings, exchange, interval } = this.parts;
    return { instrument: settings.instrument, venue: exchange.venue, interval };
  }

  #steps(intervals: number): number {
    return intervals * INTERVAL_MS[this.parts.interval];
  }

  #floor(instantMs: number): number {
    const step = INTERVAL_MS[this.parts.interval];
    return Math.floor(instantMs / step) * step;
  }
}
