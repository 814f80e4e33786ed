import type { Candle } from '@btcforecast/timeseries';

/**
 * One candle from those within it, as an exchange would: from what was traded, even where a part is missing.
 *
 * @param parts at least one, ascending by open time
 */
export function aggregate(openTime: number, parts: readonly Candle[]): Candle {
  const [first, last] = [parts[0]!, parts[parts.length - 1]!]; // at least one
  return {
    openTime,
    open: first.open,
    high: Math.max(...parts.map(({ high }) => high)),
    low: Math.min(...parts.map(({ low }) => low)),
    close: last.close,
    // Exchanges count in units of 1e-8: a sum of doubles would end in noise.
    volume: Math.round(parts.reduce((sum, { volume }) => sum + volume, 0) * 1e8) / 1e8,
  };
}
