import type { Interval } from '@btcforecast/contracts';
import type { Candle } from '@btcforecast/timeseries';

/** One stream of a simulated market, of one or several instruments. */
export interface MarketRun {
  readonly mode: 'replay' | 'demo';
  /** Identity of the stream: `demo`, or `replay-` and eight digits of the file's digest. */
  readonly feed: string;
  /** Length of the finest candles. */
  readonly interval: Interval;
  /** Open time of the oldest candle, ms. */
  readonly firstOpenTime: number;
  /** Close time of the last candle, ms; null for a market without end. */
  readonly endsAt: number | null;
  /** Tells two markets of one feed apart; a position belongs to one key. */
  readonly key: string;
  /** Where a run begins that was given no instant, ms. */
  startAt(wallNowMs: number): number;
}

/** What is traded of one instrument: final candles at any time, past or future; the clock decides what is visible. */
export interface SimulatedMarket extends MarketRun {
  /** The stored interval from which a served one is put together: itself or a finer one; null when not served. */
  sourceOf(interval: Interval): Interval | null;
  /** Candles of a stored interval with open time in [from, to), ascending; a hole in the market is a hole here. */
  candles(stored: Interval, from: number, to: number): Candle[];
}
