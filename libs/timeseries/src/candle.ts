/** One closed candle over [openTime, openTime + interval). */
export interface Candle {
  /** Start of the candle, ms since the epoch, UTC. */
  readonly openTime: number;
  /** Prices in the quote currency. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Traded amount in the base currency. */
  readonly volume: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
