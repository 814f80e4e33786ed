import {
  eventTimeAt,
  type CandleReader,
  type CandleSeries,
  type MarketFeed,
  type MarketFeedReader,
} from '@btcforecast/candle-reader';
import { INTERVAL_MS, INTERVALS, type CandlesReply, type Interval } from '@btcforecast/contracts';
import { AppError, type Clock } from '@btcforecast/platform';
import { HOUR_MS, resample, type Candle } from '@btcforecast/timeseries';
import type { Range } from '../candles/ranges.js';
import type { Gap, GapLedger } from '../gaps/gap-ledger.js';
import type { IngestSettings } from '../ingest/ingest-settings.js';
import { readCandleCursor, writeCandleCursor } from './candle-cursor.js';

export interface CandleListRequest {
  readonly instrument: string;
  readonly interval: Interval;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface Page extends Range {
  /** Where the list ends. */
  readonly end: number;
}

/** Lists of candles for clients: stored ones, and coarser ones put together where they are not stored. */
export class CandleQueries {
  constructor(
    private readonly reader: CandleReader,
    private readonly feeds: MarketFeedReader,
    private readonly ledger: GapLedger,
    private readonly clock: Clock,
    private readonly settings: IngestSettings,
  ) {}

  /**
   * One page of final candles of the venue in use, oldest first. A page covers as many intervals as the limit says,
   * so that it may hold fewer candles where some are missing; the gaps tell which.
   *
   * @throws AppError caller instrument.unknown, candle.interval_not_served, request.cursor_invalid; transient
   *   market.venue_unavailable until the history of a venue is complete
   */
  async list(request: CandleListRequest): Promise<CandlesReply> {
    const feed = await this.#feed(request);
    const { instrument, interval } = request;
    const { venue, source } = feed;
    const series = { instrument, venue, interval };
    const page = await this.#page(request, feed, series);
    const candles = page.from < page.to ? await this.#candles(series, feed.baseInterval, page) : [];
    const gapSeries = { instrument, venue, interval: ledgerInterval(interval, feed.baseInterval) };
    const gaps = page.from < page.to ? await this.ledger.unrepaired(gapSeries, page) : [];
    return {
      instrument,
      interval,
      venue,
      source,
      data: candles.map((candle) => replyOf(candle, INTERVAL_MS[interval])),
      gaps: gaps.map((gap) => gapReply(gap, page)),
      next:
        page.to < page.end ? writeCandleCursor({ from: page.to, to: page.end }, INTERVAL_MS[interval]) : null,
    };
  }

  async #feed({ instrument, interval }: CandleListRequest): Promise<MarketFeed> {
    if (instrument !== this.settings.instrument) {
      const message = `${instrument} is not traded here; GET /v1/instruments lists what is`;
      throw new AppError('caller', 'instrument.unknown', message, { instrument });
    }
    const feed = await this.feeds.feed(this.settings.feed, instrument);
    if (!feed) {
      const message = 'no venue has delivered its history yet; try again in a moment';
      throw new AppError('transient', 'market.venue_unavailable', message);
    }
    if (INTERVAL_MS[interval] >= INTERVAL_MS[feed.baseInterval]) return feed;
    const served = INTERVALS.filter((known) => INTERVAL_MS[known] >= INTERVAL_MS[feed.baseInterval]).join(
      ', ',
    );
    const message = `${interval} candles are not served from ${feed.venue}; choose one of ${served}`;
    throw new AppError('caller', 'candle.interval_not_served', message, { interval, served });
  }

  async #page(request: CandleListRequest, feed: MarketFeed, series: CandleSeries): Promise<Page> {
    const step = INTERVAL_MS[request.interval];
    const spanMs = request.limit * step;
    const cursor = request.cursor === undefined ? undefined : readCandleCursor(request.cursor, step);
    const closed = floorTo(await this.#now(feed), step);
    const end = Math.min(
      closed,
      cursor?.to ?? (request.to === undefined ? closed : ceilTo(request.to, step)),
    );
    const wanted = cursor?.from ?? (request.from === undefined ? end - spanMs : ceilTo(request.from, step));
    const from = Math.max(wanted, floorTo(await this.#oldest(series, feed.baseInterval), step));
    return { from, to: Math.min(end, from + spanMs), end };
  }

  /** Event time; while nobody knows it, the close of the newest candle. */
  async #now(feed: MarketFeed): Promise<number> {
    try {
      return eventTimeAt(feed, { feed: feed.feed, wallNowMs: this.clock.now() });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'market.clock_unknown') throw error;
      return feed.eventAt;
    }
  }

  async #oldest(series: CandleSeries, baseInterval: Interval): Promise<number> {
    const source = sourceOf(series.interval, baseInterval);
    const stored = await this.reader.oldestOpenTime(series);
    const finer = source ? await this.reader.oldestOpenTime({ ...series, interval: source }) : null;
    return Math.min(stored ?? Infinity, finer ?? Infinity);
  }

  async #candles(series: CandleSeries, baseInterval: Interval, range: Range): Promise<Candle[]> {
    const stored = await this.reader.range(series, range);
    const source = sourceOf(series.interval, baseInterval);
    if (!source || stored.length === (range.to - range.from) / INTERVAL_MS[series.interval]) return stored;
    const parts = await this.reader.range({ ...series, interval: source }, range);
    const known = new Set(stored.map(({ openTime }) => openTime));
    const derived = resample(parts, source, series.interval).filter(({ openTime }) => !known.has(openTime));
    return [...stored, ...derived].sort((a, b) => a.openTime - b.openTime);
  }
}

/** The stored interval from which another one is put together; null for those that are always stored. */
function sourceOf(interval: Interval, baseInterval: Interval): Interval | null {
  if (INTERVAL_MS[interval] > HOUR_MS) return '1h';
  return interval === '1h' || interval === baseInterval ? null : baseInterval;
}

/** Gaps are kept for the base interval and for hours; another interval lacks what these lack. */
function ledgerInterval(interval: Interval, baseInterval: Interval): Interval {
  return sourceOf(interval, baseInterval) ?? interval;
}

function replyOf(candle: Candle, intervalMs: number): CandlesReply['data'][number] {
  const { openTime, open, high, low, close, volume } = candle;
  return { openTime: iso(openTime), closeTime: iso(openTime + intervalMs), open, high, low, close, volume };
}

function gapReply({ from, to, state }: Gap, page: Range): CandlesReply['gaps'][number] {
  return { from: iso(Math.max(from, page.from)), to: iso(Math.min(to, page.to)), state };
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

function floorTo(instantMs: number, step: number): number {
  return Number.isFinite(instantMs) ? Math.floor(instantMs / step) * step : instantMs;
}

function ceilTo(instantMs: number, step: number): number {
  return Math.ceil(instantMs / step) * step;
}
