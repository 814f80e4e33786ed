import { HOUR_MS } from './candle.js';
import { slotIndex, type HourlyWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { featureSeries, seasonAt, yearVarianceAt, type FeatureSeries } from './feature-series.js';
import { hourOfWeek, WEEK_HOURS } from './week-season.js';

/**
 * Slots in the window of a forecast: 760 days. The season as of the last midnight reaches back 17,712 slots (two
 * years, a week of surroundings, a day); the rest is reserve. The first slot is never read, since what is derived
 * from it depends on the slot before.
 */
export const WINDOW_SLOTS = 18_240;
/** Candles a window must hold: 90 days. Below that neither the season nor the trailing quantiles mean anything. */
export const MIN_PRESENT_SLOTS = 2_160;
/** Candles the last week must hold, since everything is relative to that week's volatility. */
export const MIN_PRESENT_LAST_WEEK = 84;

const LOOKBACKS = [1, 3, 6, 12, 24, 72, WEEK_HOURS, 720] as const;
const WEEK_LOOKBACK = LOOKBACKS.indexOf(WEEK_HOURS);
const REALISED_LOOKBACKS = [24, WEEK_HOURS] as const;
const RETURN_LOOKBACKS = [1, 4, 24, WEEK_HOURS] as const;
const DRAWDOWN_SLOTS = 720;
/** A relative volatility or volume below a hundredth counts as a hundredth, so that its logarithm stays finite. */
const MIN_RATIO = 0.01;
/** A flat week counts as one that moves by a millionth per hour. */
const MIN_VOLATILITY = 1e-6;
const SATURDAY_HOUR = 5 * 24;

/** Names of the features, in their order. */
export const FEATURE_NAMES: readonly string[] = [
  ...LOOKBACKS.filter((hours) => hours !== WEEK_HOURS).map((hours) => `log_volatility_${hours}h`),
  'log_volatility_8760h',
  ...REALISED_LOOKBACKS.map((hours) => `log_realised_volatility_${hours}h`),
  ...RETURN_LOOKBACKS.map((hours) => `return_${hours}h`),
  ...RETURN_LOOKBACKS.map((hours) => `negative_return_${hours}h`),
  'log_volume_1h',
  'log_volume_24h',
  'volatility_of_volatility',
  'drawdown_720h',
  'weekend',
];

/** What the scale model sees at one origin. */
export interface HarState {
  /** Close time of the last visible candle, ms UTC. */
  readonly origin: number;
  /** One value per FEATURE_NAMES, dimensionless, all finite. */
  readonly features: Float64Array;
  /** Deseasonalised volatility of the log price per hour over the last 168 slots, > 0. */
  readonly hourlyVolatility: number;
  /** Hour-of-week factors of volatility, shape [168], mean square 1; hour 0 is Monday 00:00 UTC. */
  readonly season: Float64Array;
}

/** The state at the window's end; the same bits as harStateAt on any longer series. See there. */
export function harFeatures(window: HourlyWindow): HarState {
  return harStateAt(featureSeries(window), window.end);
}

/**
 * Features of the scale model at one origin, a pure function of the WINDOW_SLOTS slots before it: the same bits
 * whether the series is exactly that window or holds more on either side. Volatilities are deseasonalised, relative
 * to the one over 168 h and logarithmic (the one over 8,760 h, which is not deseasonalised, covers whole weeks); returns are in units of that volatility times the root of their span.
 *
 * A missing slot is left out of every mean that covers it; a relative feature none of whose slots is there is 0, its
 * neutral value. A return over k hours starts from the last close at or before k hours ago.
 *
 * @param series prepared series; slots before its start count as missing
 * @param origin close time of the last visible candle, ms UTC, a full hour within the series
 * @throws InsufficientHistoryError if the last slot is missing, fewer than 84 of the last 168 or fewer than 2,160 of
 *   all slots hold a candle
 * @see Corsi (2009), A Simple Approximate Long-Memory Model of Realized Volatility, J. Financial Econometrics 7(2)
 */
export function harStateAt(series: FeatureSeries, origin: number): HarState {
  const stop = slotIndex(series.window, origin);
  requireHistory(series.window.close, stop, origin);
  const season = seasonAt(series, origin);
  const volatilities = lookbackVolatilities(series, stop, origin, season);
  const hourlyVolatility = Math.max(MIN_VOLATILITY, volatilities[WEEK_LOOKBACK]!);
  const relativeLog = (value: number): number =>
    Number.isNaN(value) ? 0 : Math.log(Math.max(MIN_RATIO, value / hourlyVolatility));
  const returns = RETURN_LOOKBACKS.map(
    (hours) => returnOver(series.window.close, stop, hours) / (hourlyVolatility * Math.sqrt(hours)),
  );
  const features = [
    ...volatilities.filter((_, index) => index !== WEEK_LOOKBACK).map(relativeLog),
    relativeLog(Math.sqrt(yearVarianceAt(series, stop))),
    ...realisedVolatilities(series, stop, origin, season).map(relativeLog),
    ...returns,
    ...returns.map((value) => Math.min(0, value)),
    ...relativeVolumes(series.window.volume, stop),
    volatilityOfVolatility(series.variance, stop, hourlyVolatility),
    drawdown(series.window, stop) / (hourlyVolatility * Math.sqrt(DRAWDOWN_SLOTS)),
    hourOfWeek(origin) >= SATURDAY_HOUR ? 1 : 0,
  ];
  return { origin, features: Float64Array.from(features), hourlyVolatility, season };
}

function requireHistory(close: Float64Array, stop: number, origin: number): void {
  const at = new Date(origin).toISOString();
  if (stop < 1 || stop > close.length || Number.isNaN(close[stop - 1])) {
    throw new InsufficientHistoryError(`the candle that closes at ${at} is missing`);
  }
  requirePresent(close, stop - WEEK_HOURS, stop, MIN_PRESENT_LAST_WEEK, `of the 168 h before ${at}`);
  requirePresent(close, stop - WINDOW_SLOTS, stop, MIN_PRESENT_SLOTS, `up to ${at} (90 days)`);
}

/** Counts from the newest on and stops as soon as it knows. */
function requirePresent(close: Float64Array, from: number, to: number, needed: number, where: string): void {
  let present = 0;
  for (let i = to - 1; i >= Math.max(0, from) && present < needed; i--)
    if (!Number.isNaN(close[i])) present++;
  if (present >= needed) return;
  throw new InsufficientHistoryError(
    `only ${present} hourly candles ${where} are there; ${needed} are needed`,
  );
}

/** Deseasonalised volatility per hour over each of LOOKBACKS; NaN where no slot is present. */
function lookbackVolatilities(
  series: FeatureSeries,
  stop: number,
  origin: number,
  season: Float64Array,
): number[] {
  const valueAt = (i: number): number => series.variance[i] ?? NaN;
  return rootMeans(valueAt, stop, origin, season, LOOKBACKS);
}

/** The same from squared hourly returns, which need the slot before, too. */
function realisedVolatilities(
  series: FeatureSeries,
  stop: number,
  origin: number,
  season: Float64Array,
): number[] {
  const { close } = series.window;
  const valueAt = (i: number): number => (i < 1 ? NaN : Math.log(close[i]! / close[i - 1]!) ** 2);
  return rootMeans(valueAt, stop, origin, season, REALISED_LOOKBACKS);
}

function rootMeans(
  valueAt: (slot: number) => number,
  stop: number,
  origin: number,
  season: Float64Array,
  lookbacks: readonly number[],
): number[] {
  const means: number[] = [];
  let hour = hourOfWeek(origin - HOUR_MS);
  let sum = 0;
  let present = 0;
  let back = 1;
  for (const lookback of lookbacks) {
    for (; back <= lookback; back++) {
      const value = valueAt(stop - back);
      const factor = season[hour]!;
      hour = hour === 0 ? WEEK_HOURS - 1 : hour - 1;
      if (Number.isNaN(value)) continue;
      sum += value / (factor * factor);
      present++;
    }
    means.push(present > 0 ? Math.sqrt(sum / present) : NaN);
  }
  return means;
}

/** Log return from the last close at or before `hours` ago to the last close. */
function returnOver(close: Float64Array, stop: number, hours: number): number {
  let start = stop - 1 - hours;
  while (start >= 0 && Number.isNaN(close[start])) start--;
  return start < 0 ? 0 : Math.log(close[stop - 1]! / close[start]!);
}

/** Log of the mean volume per candle over 1 and 24 h against the one over 168 h; 0 in a week without volume. */
function relativeVolumes(volume: Float64Array, stop: number): number[] {
  const week = meanPresent(volume, stop, WEEK_HOURS);
  if (!(week > 0)) return [0, 0];
  return [1, 24].map((hours) => Math.log(Math.max(MIN_RATIO, meanPresent(volume, stop, hours) / week)));
}

function meanPresent(values: Float64Array, stop: number, slots: number): number {
  let sum = 0;
  let present = 0;
  // The stretch as an array of its own: an index from an instant is a double, and looping over doubles is slow.
  const stretch = values.subarray(Math.max(0, stop - slots), stop);
  for (let i = 0; i < stretch.length; i++) {
    const value = stretch[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    present++;
  }
  return present > 0 ? sum / present : NaN;
}

/** Standard deviation of the log volatility per slot over the last 168. */
function volatilityOfVolatility(variance: Float64Array, stop: number, hourlyVolatility: number): number {
  let sum = 0;
  let squares = 0;
  let present = 0;
  for (let i = Math.max(0, stop - WEEK_HOURS); i < stop; i++) {
    const value = variance[i]!;
    if (Number.isNaN(value)) continue;
    const log = Math.log(Math.max(MIN_RATIO, Math.sqrt(value) / hourlyVolatility));
    sum += log;
    squares += log * log;
    present++;
  }
  const mean = sum / present;
  return Math.sqrt(Math.max(0, squares / present - mean * mean));
}

/** Log distance of the last close from the highest high of the last 720 slots, <= 0. */
function drawdown({ high, close }: HourlyWindow, stop: number): number {
  let top = close[stop - 1]!;
  for (let i = Math.max(0, stop - DRAWDOWN_SLOTS); i < stop; i++) if (high[i]! > top) top = high[i]!;
  return Math.log(close[stop - 1]! / top);
}
