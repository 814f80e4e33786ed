import { barVariance } from './bar-variance.js';
import { HOUR_MS } from './candle.js';
import { type DriftPoint } from './drift-detector.js';
import { type HourlyWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { leastSquares } from './least-squares.js';
import { hourOfWeek, relativeVolatility, weekSeason } from './week-season.js';

/** The averages that the next hour's log volatility is told from: hours. */
const LOOKBACKS = [1, 6, 24, 168, 720] as const;
const LONGEST = 720;
/** Reference hours below which their spread means nothing: 60 days. */
const MIN_REFERENCE = 1_440;
const CLIP = 4;
const TILTS = [0.75, 1.5, -1] as const;
/** A range of nothing counts as this variance. */
const MIN_VARIANCE = 1e-12;

/**
 * What the hourly volatility (Garman-Klass, without its season) says to a test of drift: by how much it differs from
 * what the market's own past made of it. The next hour's log volatility is regressed on its means over 1 to 720 h in
 * the slots before the watched ones; each watched hour's error, in standard deviations of the errors there, tilts
 * exponentially by how such errors were spread. So clustering, as strong as the market had it, surprises nobody,
 * while a jump to another level does before the averages have followed.
 *
 * @param window slots of which the last `watched` are judged by those before
 * @returns one point for each watched slot with a candle, by the slot's close
 * @throws InsufficientHistoryError if fewer than 60 days of the slots before can be used
 * @see Corsi (2009), A Simple Approximate Long-Memory Model of Realized Volatility, J. Financial Econometrics 7(2)
 */
export function volatilityPoints(window: HourlyWindow, watched: number): DriftPoint[] {
  const logs = logVolatilities(window, watched);
  const { errors, spread } = forecastErrors(logs, watched);
  const stop = logs.length - watched;
  const scaled = errors.map((error) => Math.max(-CLIP, Math.min(CLIP, error / spread)));
  const reference = scaled.slice(0, stop).filter((error) => !Number.isNaN(error));
  const means = TILTS.map((tilt) => mean(reference.map((error) => Math.exp(tilt * error))));
  const points: DriftPoint[] = [];
  for (let i = stop; i < logs.length; i++) {
    const error = scaled[i]!;
    if (Number.isNaN(error)) continue;
    const origin = window.end - (logs.length - 1 - i) * HOUR_MS;
    points.push({ origin, factors: TILTS.map((tilt, t) => Math.exp(tilt * error) / means[t]!) });
  }
  return points;
}

/** ln of each slot's volatility over its season, which is taken from the slots before the watched ones. */
function logVolatilities(window: HourlyWindow, watched: number): Float64Array {
  const variance = barVariance(window);
  const stop = variance.length - watched;
  const season = weekSeason(relativeVolatility(variance), stop, window.end - watched * HOUR_MS);
  const start = window.end - variance.length * HOUR_MS;
  return variance.map(
    (value, i) =>
      0.5 * Math.log(Math.max(MIN_VARIANCE, value)) - Math.log(season[hourOfWeek(start + i * HOUR_MS)]!),
  );
}

/** Each slot less what was expected; NaN where it, or too much of its past, is missing. */
function forecastErrors(logs: Float64Array, watched: number): { errors: Float64Array; spread: number } {
  const predictors = pastMeans(logs);
  const rows: number[][] = [];
  const targets: number[] = [];
  for (let i = LONGEST; i < logs.length - watched; i++) {
    const row = predictors[i];
    if (!row || Number.isNaN(logs[i])) continue;
    rows.push(row);
    targets.push(logs[i]!);
  }
  if (rows.length < MIN_REFERENCE) {
    throw new InsufficientHistoryError(
      `only ${rows.length} hours tell how volatility moves here; ${MIN_REFERENCE} are needed`,
    );
  }
  const weights = leastSquares(rows, targets);
  const errors = logs.map((log, i) => (predictors[i] ? log - dot(weights, predictors[i]) : NaN));
  const squares = rows.reduce((sum, row, i) => sum + (targets[i]! - dot(weights, row)) ** 2, 0);
  return { errors, spread: Math.sqrt(squares / rows.length) };
}

/** 1 and the means of the slots before each, over LOOKBACKS; undefined where one of them has no slot. */
function pastMeans(logs: Float64Array): (number[] | undefined)[] {
  const sums = new Float64Array(logs.length + 1);
  const counts = new Int32Array(logs.length + 1);
  for (let i = 0; i < logs.length; i++) {
    const present = Number.isNaN(logs[i]) ? 0 : 1;
    sums[i + 1] = sums[i]! + (present ? logs[i]! : 0);
    counts[i + 1] = counts[i]! + present;
  }
  return Array.from(logs, (_, i) => {
    if (i < LONGEST || counts[i] === counts[i - 1]) return undefined;
    const meanOver = (hours: number): number =>
      (sums[i]! - sums[i - hours]!) / (counts[i]! - counts[i - hours]!);
    return [1, ...LOOKBACKS.map(meanOver)];
  });
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
