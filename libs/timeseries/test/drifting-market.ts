import { barVariance } from '../src/bar-variance.js';
import { HOUR_MS } from '../src/candle.js';
import type { ScoredForecast } from '../src/drift-points.js';
import { empiricalQuantiles } from '../src/empirical-quantiles.js';
import { hourlyWindow, type HourlyWindow } from '../src/hourly-window.js';
import { leastSquares } from '../src/least-squares.js';
import { meanPinball } from '../src/pinball-loss.js';
import { cdfAt } from '../src/quantile-curve.js';
import { normals, simulatedMarket } from './simulated-market.js';

export const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const HORIZONS = [1, 4, 24, 168];
const LOOKBACKS = [1, 6, 24, 168];

/** How the log volatility of a market moves: a first-order autoregression. */
export interface Clustering {
  /** Its standard deviation. */
  readonly spread: number;
  /** Its autocorrelation from hour to hour. */
  readonly memory: number;
  /** Hour from which on all volatility is doubled. */
  readonly doublesAt?: number;
}

/** Coarser than other markets: hundreds of years are made, and drift is a matter of what changes. */
const STEPS = 10;
const SEASON = Array.from({ length: 24 }, (_, hour) => 1 + 0.4 * Math.sin((2 * Math.PI * hour) / 24));
const seasonAt = (openTime: number): number => SEASON[(openTime / HOUR_MS) % 24]!;

/** A market of clustered volatility with a season by hour of the day. */
export function clusteredMarket(hours: number, seed: number, clustering: Clustering): HourlyWindow {
  const { spread, memory, doublesAt = Infinity } = clustering;
  const normal = normals(seed + 1_000_003);
  const innovation = spread * Math.sqrt(1 - memory * memory);
  let log = spread * normal();
  let hour = 0;
  const volatilityAt = (openTime: number): number => {
    log = memory * log + innovation * normal();
    return 0.005 * Math.exp(log) * seasonAt(openTime) * (hour++ < doublesAt ? 1 : 2);
  };
  const { candles, end } = simulatedMarket(hours, seed, volatilityAt, STEPS);
  return hourlyWindow(candles, end, hours);
}

/**
 * Hourly forecasts of every horizon by a scale model of the market's own past, beside two baselines, scored. What is
 * fitted is fitted on the first `learnt` slots, after which the forecasts begin.
 */
export function scoredForecasts(window: HourlyWindow, learnt: number): Map<number, ScoredForecast[]> {
  const past = pastVolatility(window);
  return new Map(HORIZONS.map((hours) => [hours, scoredOf(window, past, hours, learnt)]));
}

/** Log volatility without its season, over each lookback before a slot, and 1; for slots with a week before them. */
function pastVolatility(window: HourlyWindow): number[][] {
  const variance = barVariance(window);
  const start = window.end - variance.length * HOUR_MS;
  const sums = new Float64Array(variance.length + 1);
  for (let i = 0; i < variance.length; i++) {
    sums[i + 1] = sums[i]! + variance[i]! / seasonAt(start + i * HOUR_MS) ** 2;
  }
  return Array.from(sums, (_, stop) =>
    stop < 168
      ? []
      : [1, ...LOOKBACKS.map((hours) => 0.5 * Math.log((sums[stop]! - sums[stop - hours]!) / hours))],
  );
}

function scoredOf(
  window: HourlyWindow,
  past: readonly number[][],
  hours: number,
  learnt: number,
): ScoredForecast[] {
  const { close, end } = window;
  const start = end - close.length * HOUR_MS;
  const season = SEASON.map((_, hour) => seasonOver(start + hour * HOUR_MS, hours));
  const outcomeAt = (stop: number): number => Math.log(close[stop - 1 + hours]! / close[stop - 1]!);
  const known = Array.from({ length: learnt - hours - 168 }, (_, i) => i + 169);
  const fitted = leastSquares(
    known.map((stop) => past[stop]!),
    known.map((stop) => Math.log(Math.abs(outcomeAt(stop) / season[stop % 24]!) + 1e-5)),
  );
  const modelScale = (stop: number): number => {
    let log = 0;
    for (let i = 0; i < fitted.length; i++) log += past[stop]![i]! * fitted[i]!;
    return season[stop % 24]! * Math.exp(log);
  };
  const dailyScale = (stop: number): number => Math.exp(past[stop]![3]!);
  const shapeFor = (scaleOf: (stop: number) => number): number[] =>
    empiricalQuantiles(
      Float64Array.from(known, (stop) => outcomeAt(stop) / scaleOf(stop)),
      LEVELS,
    );
  const [model, daily, constant] = [shapeFor(modelScale), shapeFor(dailyScale), shapeFor(() => 1)];
  // Losses scale with what they measure: shapes are scored against the standardised outcome, without a copy of each.
  const lossOf = (outcome: number, shape: readonly number[], scale: number): number =>
    scale * meanPinball(outcome / scale, shape, LEVELS);
  const curve = { levels: LEVELS, quantiles: model };
  return Array.from({ length: close.length - hours - learnt }, (_, i) => {
    const stop = learnt + 1 + i;
    const outcome = outcomeAt(stop);
    const scale = modelScale(stop);
    const pit = cdfAt(curve, outcome / scale);
    return {
      origin: start + stop * HOUR_MS,
      pit,
      covered80: pit >= 0.1 && pit <= 0.9,
      pinball: lossOf(outcome, model, scale),
      baselinePinball: {
        ewma_rw: lossOf(outcome, daily, dailyScale(stop)),
        uncond_1y: lossOf(outcome, constant, 1),
      },
    };
  });
}

function seasonOver(openTime: number, hours: number): number {
  let squares = 0;
  for (let k = 0; k < Math.min(hours, 24); k++) squares += seasonAt(openTime + k * HOUR_MS) ** 2;
  return Math.sqrt(squares / Math.min(hours, 24));
}
