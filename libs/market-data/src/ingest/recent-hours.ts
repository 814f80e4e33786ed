import type { MarketFeed } from '@btcforecast/candle-reader';
import { AppError, type Clock } from '@btcforecast/platform';
import { HOUR_MS, validateCandle, type Candle } from '@btcforecast/timeseries';
import type { CandleIntake } from '../candles/candle-intake.service.js';
import type { Exchanges } from '../exchange/exchanges.js';
import type { IngestSettings } from './ingest-settings.js';
import type { MarketFeedRepository } from './market-feed.repository.js';

/** Hours that are kept and told at most; the newest are kept, the oldest of those asked for are told. */
export const MAX_RECENT_HOURS = 1_000;
/** For the exchange; callers wait no longer. */
const ASK_MS = 2_500;

/** The market as this process sees it, whatever could be stored of it. */
export interface LocalView {
  readonly market: MarketFeed;
  /** Final hours of its venue, ascending. */
  readonly candles: readonly Candle[];
}

/**
 * The newest hours for whoever in the region cannot find them in a database: asked of the exchange when somebody asks,
 * and kept, so that all get the same values, and so does the database once it can be reached.
 */
export class RecentHours {
  /** By open time, of one venue. */
  readonly #hours = new Map<number, Candle>();
  #venue = '';
  #bringing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly exchanges: Exchanges,
    private readonly feeds: MarketFeedRepository,
    private readonly settings: IngestSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * @param from open time of the first hour that is wanted, ms; absent: no hours are
   * @throws AppError transient market.clock_unknown before a venue is in use; as ExchangePort when it must be asked
   */
  async view(from?: number): Promise<LocalView> {
    const market = this.feeds.last;
    if (!market) throw notFollowed(this.settings.instrument);
    if (from === undefined) return { market, candles: [] };
    const brought = this.#bringing.then(() => this.#bring(market, from));
    this.#bringing = brought.catch(() => undefined);
    await brought;
    const candles = this.#sorted().filter(({ openTime }) => openTime >= from);
    return { market, candles: candles.slice(0, MAX_RECENT_HOURS) };
  }

  /** Stores what was told before anything else is asked of the exchange: the first final value is the one that counts. */
  async store(intake: CandleIntake, nowMs: number): Promise<void> {
    const candles = this.#sorted();
    if (candles.length === 0) return;
    const { feed, instrument } = this.settings;
    const venue = this.#venue;
    await intake.take({ feed, instrument, venue, interval: '1h', provenance: 'fetched', candles, nowMs });
    for (const { openTime } of candles) this.#hours.delete(openTime);
  }

  /** Asks for what has closed since the last time; holes are asked for again. */
  async #bring(market: MarketFeed, from: number): Promise<void> {
    if (market.venue !== this.#venue) this.#hours.clear();
    this.#venue = market.venue;
    let next = Math.ceil(from / HOUR_MS) * HOUR_MS;
    while (this.#hours.has(next)) next += HOUR_MS;
    const eventNow = market.eventAt + (this.clock.now() - market.observedAt) * market.speed;
    if (next + HOUR_MS > eventNow) return;
    const exchange = await this.exchanges.get(market.venue);
    const { nowMs } = await exchange.time();
    const { instrument } = this.settings;
    const to = Math.min(nowMs, next + MAX_RECENT_HOURS * HOUR_MS);
    const request = { instrument, interval: '1h', from: next, to } as const;
    for await (const page of exchange.fetchCandles(request, AbortSignal.timeout(ASK_MS))) {
      for (const candle of page) this.#keep(candle, nowMs);
    }
  }

  #keep(candle: Candle, nowMs: number): void {
    if (this.#hours.has(candle.openTime)) return;
    if (validateCandle(candle, { intervalMs: HOUR_MS, nowMs }) !== null) return;
    this.#hours.set(candle.openTime, candle);
    if (this.#hours.size > MAX_RECENT_HOURS) this.#hours.delete(Math.min(...this.#hours.keys()));
  }

  #sorted(): Candle[] {
    return [...this.#hours.values()].sort((a, b) => a.openTime - b.openTime);
  }
}

function notFollowed(instrument: string): AppError {
  const message = `market-data follows no venue of ${instrument} yet; see in its log what it waits for`;
  return new AppError('transient', 'market.clock_unknown', message, { instrument });
}
