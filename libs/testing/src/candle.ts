import type { Candle } from '@btcforecast/contracts';

const DEFAULT_OPEN_TIME = Date.UTC(2025, 0, 1);

/**
 * A sound hourly candle of 2025-01-01T00:00Z around 100, but for what is given: `candle({ close: 101 })`.
 * High and low follow open and close unless they are given too, so that the candle stays sound.
 */
export function candle(given: Partial<Candle> = {}): Candle {
  const { openTime = DEFAULT_OPEN_TIME, open = 100, close = 100, volume = 10 } = given;
  const { high = Math.max(open, close) * 1.001, low = Math.min(open, close) * 0.999 } = given;
  return { openTime, open, high, low, close, volume };
}
