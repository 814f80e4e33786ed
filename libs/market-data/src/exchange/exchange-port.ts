import type { Interval } from '@btcforecast/contracts';
import type { Candle } from '@btcforecast/timeseries';

/** The exchange's own clock. */
export interface MarketTime {
  /** Event time, ms, UTC. */
  readonly nowMs: number;
  /** Event seconds per wall second: 1 for a real exchange, 0 for a replay that has ended. */
  readonly speed: number;
  /** Event time at which the market ends, as a replay does; absent when it does not. */
  readonly endsAt?: number | undefined;
}

export interface CandleRequest {
  readonly instrument: string;
  readonly interval: Interval;
  /** Open times, [from, to), ms. */
  readonly from: number;
  readonly to: number;
}

/**
 * One exchange, whatever it is. Every failure is an AppError: transient market.venue_unavailable when it does not
 * answer or refuses, transient market.nonsense_reply when what it says cannot be candles.
 */
export interface ExchangePort {
  /** Name under which its candles are stored. */
  readonly venue: string;
  /** Candles of one interval that can be had, counted back from now; null when there is no such limit. */
  readonly historyLimit: number | null;

  /** Finest interval that it serves. */
  baseInterval(): Promise<Interval>;
  time(): Promise<MarketTime>;

  /**
   * Final candles of the range, page by page, ascending; what the exchange does not have is absent. Candles that
   * have not closed by the exchange's clock are never among them.
   */
  fetchCandles(request: CandleRequest, signal: AbortSignal): AsyncIterable<Candle[]>;

  /**
   * Candles as they become final, without end; an empty list means that the exchange has spoken of a candle that is
   * still forming. Ends when the signal aborts, throws when the connection breaks. One stream at a time.
   */
  streamCandles(
    series: Pick<CandleRequest, 'instrument' | 'interval'>,
    signal: AbortSignal,
  ): AsyncIterable<Candle[]>;

  close(): Promise<void>;
}
