import { hourlyWindow, type Candle, type HourlyWindow } from '@btcforecast/timeseries';
import { historyOf } from './market.js';

/** The candle with all its numbers times a factor. */
export function scaled({ openTime, open, high, low, close, volume }: Candle, factor: number): Candle {
  return {
    openTime,
    open: open * factor,
    high: high * factor,
    low: low * factor,
    close: close * factor,
    volume: volume * factor,
  };
}

/** Histories that hold the same up to an origin and something else after it. */
export function meddledAfter(
  candles: readonly Candle[],
  origin: number,
): Readonly<Record<string, HourlyWindow>> {
  const earlier = candles.filter(({ openTime }) => openTime < origin);
  const later = candles.filter(({ openTime }) => openTime >= origin);
  if (later.length === 0) throw new Error('no candle lies after the origin: nothing is tested');
  const { end, close } = historyOf(candles);
  return {
    'the series cut': historyOf(earlier),
    'later candles deleted': hourlyWindow(earlier, end, close.length),
    'later candles tripled': historyOf([...earlier, ...later.map((candle) => scaled(candle, 3))]),
    'later candles absurd': historyOf([...earlier, ...later.map((candle) => scaled(candle, 1e6))]),
    'the next candle missing': historyOf([...earlier, ...later.slice(1)]),
  };
}
