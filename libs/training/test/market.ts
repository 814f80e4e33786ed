import { HOUR_MS, hourlyWindow, type Candle, type HourlyWindow } from '@btcforecast/timeseries';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const START = Date.UTC(2021, 0, 4); // a Monday
const STEPS = 12;

/** Standard normal numbers from a seed. */
function normals(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) * Math.cos(2 * Math.PI * uniformFloat64(random));
}

/** Hourly candles of a market with clustered volatility and an hour-of-day season; returns are normal given it. */
export function marketCandles(hours: number, seed: number): Candle[] {
  const normal = normals(seed);
  let log = Math.log(20_000);
  let logVolatility = 0;
  return Array.from({ length: hours }, (_, i) => {
    logVolatility = 0.97 * logVolatility + 0.12 * normal();
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * i) / 24);
    const step = (0.006 * season * Math.exp(logVolatility)) / Math.sqrt(STEPS);
    const path = [log];
    for (let k = 0; k < STEPS; k++) path.push((log += step * normal()));
    const [open, close] = [Math.exp(path[0]!), Math.exp(log)];
    const [high, low] = [Math.exp(Math.max(...path)), Math.exp(Math.min(...path))];
    return { openTime: START + i * HOUR_MS, open, high, low, close, volume: 50 * Math.exp(0.5 * normal()) };
  });
}

/** The candles as one history that ends with the last of them. */
export function historyOf(candles: readonly Candle[]): HourlyWindow {
  const end = candles.at(-1)!.openTime + HOUR_MS;
  return hourlyWindow(candles, end, (end - candles[0]!.openTime) / HOUR_MS);
}
