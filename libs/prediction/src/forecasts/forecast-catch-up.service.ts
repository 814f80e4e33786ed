import { CandleReader, MarketFeedReader, type CandleSeries } from '@btcforecast/candle-reader';
import { Clock } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { ForecastIssuer, type IssueReport } from './forecast-issuer.service.js';
import { MAX_BATCH } from './forecast-maker.service.js';
import { ForecastRepository } from './forecast.repository.js';
import { RetryLater } from './retry-later.js';

/**
 * The first origin of a feed must be this recent, event time. While history is still being loaded the newest
 * stored candle is an old one; to begin there would mean to forecast years of the past.
 */
const FIRST_ORIGIN_WITHIN_MS = 6 * HOUR_MS;
/** Any horizon will do: those of one origin are stored together. */
const MARKER_HORIZON_HOURS = 1;

export interface CatchUpScope {
  readonly feed: string;
  readonly instrument: string;
  /** `recent`: what came after the last look; `all`: everything since the feed's first origin. */
  readonly reach: 'recent' | 'all';
  /** Ends the work after the batch in hand. */
  readonly signal?: AbortSignal;
}

export interface CatchUpReport extends IssueReport {
  /** Those of the failures that are not repetitions. */
  readonly newFailures: IssueReport['failures'];
}

/**
 * Finds the origins that lack a forecast and has them issued, oldest first. What it remembers only saves
 * queries; a process that starts anew finds the same.
 */
@Injectable()
export class ForecastCatchUp {
  /** By feed and instrument: an origin is nobody's alone. */
  readonly #retries = new Map<string, RetryLater>();
  /** By feed, instrument and venue: all origins up to this one have their forecasts. */
  readonly #completeUntil = new Map<string, number>();

  constructor(
    private readonly candles: CandleReader,
    private readonly feeds: MarketFeedReader,
    private readonly forecasts: ForecastRepository,
    private readonly issuer: ForecastIssuer,
    private readonly clock: Clock,
  ) {}

  /**
   * Issues what is missing. A feed without any forecast begins with its newest closed candle; before market-data
   * has written the feed's row there is nothing to do.
   *
   * @param onBatch told of each batch once it is stored
   * @returns whether the feed has forecasts now
   * @throws AppError transient market.clock_unknown: without event time nobody can say whether a forecast is late
   */
  async run(scope: CatchUpScope, onBatch: (report: CatchUpReport) => void): Promise<boolean> {
    const { feed, instrument, reach } = scope;
    const market = await this.feeds.feed(feed, instrument);
    if (!market) return false;
    const series = { instrument, venue: market.venue, interval: '1h' } as const;
    const newest = await this.candles.newestCloseTime(series);
    if (newest === null) return false;
    const key = `${feed} ${instrument} ${market.venue}`;
    const after = reach === 'recent' ? this.#completeUntil.get(key) : undefined;
    const first = await this.forecasts.findFirstOrigin(feed, instrument, MARKER_HORIZON_HOURS);
    const missing =
      first === null
        ? await this.#firstOrigin(feed, instrument, newest)
        : await this.#missing(feed, series, newest, Math.max(after ?? 0, first - HOUR_MS));
    const now = this.clock.now();
    const retries = this.#retriesOf(scope);
    const { due = [], paused = [] } = Object.groupBy(missing, (origin) =>
      retries.isDue(origin, now) ? 'due' : 'paused',
    );
    const unanswered = await this.#issueAll(scope, due, onBatch);
    const oldestLacking = [...paused, ...unanswered].reduce((a, b) => Math.min(a, b), newest + HOUR_MS);
    this.#completeUntil.set(key, oldestLacking - HOUR_MS);
    return first !== null || unanswered.length < due.length;
  }

  /** Closed origins after `since` that lack a forecast, ascending. */
  async #missing(feed: string, series: CandleSeries, newest: number, since: number): Promise<number[]> {
    const closed = await this.candles.closedSince(series, since, newest);
    const range = { from: since + 1, to: newest + 1 };
    const origins = await this.forecasts.listOrigins(feed, series.instrument, MARKER_HORIZON_HOURS, range);
    const known = new Set(origins);
    return closed.filter((origin) => !known.has(origin));
  }

  async #firstOrigin(feed: string, instrument: string, newest: number): Promise<number[]> {
    const now = await this.issuer.eventNow(feed, instrument);
    return now - newest < FIRST_ORIGIN_WITHIN_MS ? [newest] : [];
  }

  #retriesOf({ feed, instrument }: CatchUpScope): RetryLater {
    const key = `${feed} ${instrument}`;
    const retries = this.#retries.get(key) ?? new RetryLater();
    this.#retries.set(key, retries);
    return retries;
  }

  /** Returns the origins that got no answer: those that failed, and those that a stop left undone. */
  async #issueAll(
    scope: CatchUpScope,
    origins: readonly number[],
    onBatch: (report: CatchUpReport) => void,
  ): Promise<number[]> {
    const { feed, instrument, signal } = scope;
    const retries = this.#retriesOf(scope);
    const unanswered: number[] = [];
    for (const batch of batchesOf(origins)) {
      if (signal?.aborted) {
        unanswered.push(...batch);
        continue;
      }
      const report = await this.issuer.issue(feed, instrument, batch);
      const now = this.clock.now();
      const newFailures = report.failures.filter(({ origin }) => retries.failed(origin, now));
      for (const { origin, role } of report.issued) {
        if (role === 'champion') retries.succeeded(origin); // what the challenger says does not count
      }
      unanswered.push(...report.failures.map(({ origin }) => origin));
      onBatch({ ...report, newFailures });
    }
    return unanswered;
  }
}

/** Batches of neighbouring origins: few enough for memory, near enough for one window query. */
export function batchesOf(origins: readonly number[]): number[][] {
  const batches: number[][] = [];
  for (const origin of origins) {
    const batch = batches.at(-1);
    if (batch && origin - batch[0]! < MAX_BATCH * HOUR_MS) batch.push(origin);
    else batches.push([origin]);
  }
  return batches;
}
