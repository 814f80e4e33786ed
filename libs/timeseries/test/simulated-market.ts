import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { HOUR_MS, type Candle } from '../src/candle.js';

export const MARKET_START = Date.UTC(2020, 0, 6); // a Monday
const STEPS = 30;

export interface SimulatedMarket {
  readonly candles: Candle[];
  /** Close time of the last candle, ms. */
  readonly end: number;
}

/** Standard normal numbers from a seed: both of each pair that Box and Muller's way makes. */
export function normals(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  const second = new Float64Array(1); // a variable of the closure would be a new object on the heap each time
  let isKept = false;
  return () => {
    isKept = !isKept;
    if (!isKept) return second[0]!;
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
    const angle = 2 * Math.PI * uniformFloat64(random);
    second[0] = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/**
 * Hourly candles of a random walk whose volatility per hour is known: `volatilityAt(openTime)`. Each hour is walked
 * in 30 steps, or as many as are given, so that its range is real.
 */
export function simulatedMarket(
  hours: number,
  seed: number,
  volatilityAt: (openTime: number) => number = () => 0.006,
  steps = STEPS,
): SimulatedMarket {
  const normal = normals(seed);
  const candles: Candle[] = [];
  let log = Math.log(10_000);
  for (let i = 0; i < hours; i++) {
    const openTime = MARKET_START + i * HOUR_MS;
    const step = volatilityAt(openTime) / Math.sqrt(steps);
    const open = log;
    let [high, low] = [log, log];
    for (let k = 0; k < steps; k++) {
      log += step * normal();
      if (log > high) high = log;
      else if (log < low) low = log;
    }
    candles.push({
      openTime,
      open: Math.exp(open),
      high: Math.exp(high),
      low: Math.exp(low),
      close: Math.exp(log),
      volume: 100 * Math.exp(0.3 * normal()),
    });
  }
  return { candles, end: MARKET_START + hours * HOUR_MS };
}

/** A market of fat-tailed, clustered volatility with an hour-of-day season and some missing candles. */
export function livelyMarket(hours: number, seed: number): SimulatedMarket {
  const normal = normals(seed + 1);
  let logVolatility = 0;
  const market = simulatedMarket(hours, seed, (openTime) => {
    logVolatility = 0.98 * logVolatility + 0.15 * normal();
    const hour = (openTime / HOUR_MS) % 24;
    return 0.005 * Math.exp(0.5 * logVolatility) * (1 + 0.4 * Math.sin((2 * Math.PI * hour) / 24));
  });
  return { ...market, candles: market.candles.filter(({ openTime }) => (openTime / HOUR_MS) % 977 !== 5) };
}
