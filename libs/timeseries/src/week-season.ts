import { DAY_MS, HOUR_MS } from './candle.js';
import { movingSums } from './moving-sums.js';

export const WEEK_HOURS = 168;
/** The season is estimated on two years. */
export const SEASON_SLOTS = 17_520;
const HALF_WEEK_HOURS = WEEK_HOURS / 2;
const MIN_LOCAL_SLOTS = HALF_WEEK_HOURS;
const MAX_RATIO = 6;
/** The epoch was a Thursday: shift so that hour 0 of the week is Monday 00:00 UTC. */
const EPOCH_HOUR_OF_WEEK = 3 * 24;

/** Hour of the week of a slot by its open time, ms UTC: 0 is Monday 00:00. */
export function hourOfWeek(openTime: number): number {
  return (Math.floor(openTime / HOUR_MS) + EPOCH_HOUR_OF_WEEK) % WEEK_HOURS;
}

/** The instant as of which the season for an origin is estimated: the last UTC midnight at or before it, ms. */
export function seasonInstant(origin: number): number {
  return origin - (origin % DAY_MS);
}

/**
 * Each slot's volatility relative to its surroundings: √variance over the mean √variance of the 168 slots around it
 * (84 before, itself, 83 after: one of each hour of the week), at most 6.
 *
 * @param variance variance of consecutive hourly slots, shape [n]; NaN where missing
 * @returns shape [n]; NaN where the slot is missing, fewer than 84 of its surroundings are present, or they reach
 *   beyond the array's end; what lies before its start counts as missing. Each sum is taken afresh in the order of
 *   time, so a value does not depend on what else the array holds. Cost O(168 n).
 */
export function relativeVolatility(variance: Float64Array): Float64Array {
  const volatility = variance.map(Math.sqrt);
  const relative = new Float64Array(variance.length).fill(NaN);
  const whole = Math.max(0, variance.length - HALF_WEEK_HOURS + 1);
  const { sums, present } = movingSums(volatility, WEEK_HOURS, HALF_WEEK_HOURS, whole);
  for (let i = 0; i < whole; i++) {
    if (present[i]! < MIN_LOCAL_SLOTS || sums[i] === 0) continue;
    relative[i] = Math.min(MAX_RATIO, (volatility[i]! * present[i]!) / sums[i]!);
  }
  return relative;
}

/**
 * Hour-of-week season of volatility: mean relative volatility by hour of the week over the slots whose
 * surroundings end at `stop`, smoothed over its neighbours (1-2-1)/4 around the week, scaled to mean square 1.
 *
 * @param relative from relativeVolatility
 * @param stop     index of the slot that opens at the season's instant; nothing at or after it is read
 * @param stopTime that instant, ms
 * @param slots    on how many slots it is estimated; default two years
 * @returns factors by hour of the week, shape [168], > 0, dimensionless. Slots before the start of the array and
 *   missing ones count as absent; an hour of the week never seen gets 1.
 */
export function weekSeason(
  relative: Float64Array,
  stop: number,
  stopTime: number,
  slots = SEASON_SLOTS,
): Float64Array {
  const sums = new Float64Array(WEEK_HOURS);
  const counts = new Float64Array(WEEK_HOURS);
  const last = stop - HALF_WEEK_HOURS;
  const first = last - slots;
  let hour = hourOfWeek(stopTime + (first - stop) * HOUR_MS);
  for (let i = first; i <= last; i++) {
    const value = i < 0 ? NaN : relative[i]!;
    if (!Number.isNaN(value)) {
      sums[hour]! += value;
      counts[hour]! += 1;
    }
    hour = hour === WEEK_HOURS - 1 ? 0 : hour + 1; // a remainder would take longer than all the rest
  }
  return unitMeanSquare(smoothAroundTheWeek(sums.map((sum, h) => (counts[h]! > 0 ? sum / counts[h]! : 1))));
}

/**
 * Root mean square of the season over the `hours` slots from `openTime` on: by how much the volatility of that
 * stretch differs from an average one. Dimensionless; 1 over any whole week but for rounding.
 */
export function seasonOver(season: Float64Array, openTime: number, hours: number): number {
  const start = hourOfWeek(openTime);
  let sum = 0;
  for (let k = 0; k < hours; k++) {
    const factor = season[(start + k) % WEEK_HOURS]!;
    sum += factor * factor;
  }
  return Math.sqrt(sum / hours);
}

function smoothAroundTheWeek(means: Float64Array): Float64Array {
  const at = (hour: number): number => means[(hour + WEEK_HOURS) % WEEK_HOURS]!;
  return means.map((_, hour) => (at(hour - 1) + 2 * at(hour) + at(hour + 1)) / 4);
}

function unitMeanSquare(factors: Float64Array): Float64Array {
  const meanSquare = factors.reduce((sum, factor) => sum + factor * factor, 0) / factors.length;
  return factors.map((factor) => factor / Math.sqrt(meanSquare));
}
