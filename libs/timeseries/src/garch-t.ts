import { HOUR_MS } from './candle.js';
import { fitGarch, garchNextVariances, garchSumVariance, type GarchParameters } from './garch-fit.js';
import { YEAR_SLOTS, type HourlyWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { studentTQuantile } from './student-t.js';

const MIN_RETURNS = 500;
/** Fits kept in memory: one per followed market and month is needed at a time. */
const REMEMBERED_FITS = 8;

interface RememberedFit {
  readonly returns: Float64Array;
  readonly parameters: GarchParameters;
}
const remembered: RememberedFit[] = [];

/**
 * The baseline `garch_t`: GARCH(1,1) with Student-t innovations on hourly returns, fitted by maximum likelihood to
 * the 8,760 slots before the first of the month (UTC) in which the origin lies. The recursion starts with those slots
 * at the long-run variance and runs on to the origin; the variance of h hours is the sum of the h expected ones, and
 * the shape of the sum is taken as Student-t with the innovations' degrees of freedom.
 *
 * A fit is remembered by the returns it was made from, compared one by one, so remembering changes no bit.
 *
 * @param window        slots up to the origin; gaps are left out of the fit
 * @param horizonsHours shape [H]
 * @param levels        ascending levels, shape [L]
 * @returns log-return quantiles, shape [H][L], ascending in L
 * @throws InsufficientHistoryError if fewer than 500 hourly returns lie in the fitted slots and the month before the
 *   origin
 * @see Bollerslev (1987), A Conditionally Heteroskedastic Time Series Model, Review of Economics and Statistics 69(3)
 */
export function garchT(
  window: HourlyWindow,
  horizonsHours: readonly number[],
  levels: readonly number[],
): number[][] {
  const since = startOfMonth(window.end);
  const visible = (window.end - since) / HOUR_MS;
  const returns = hourlyReturns(window.close, window.close.length - visible - YEAR_SLOTS);
  const fitted = returns.subarray(0, returns.length - visible).filter((value) => !Number.isNaN(value));
  const sample = fitted.length >= MIN_RETURNS ? fitted : returns.filter((value) => !Number.isNaN(value));
  if (sample.length < MIN_RETURNS) {
    throw new InsufficientHistoryError(
      `only ${sample.length} hourly returns are there; GARCH needs ${MIN_RETURNS}`,
    );
  }
  const parameters = rememberedFit(sample);
  const next = garchNextVariances(returns, parameters).at(-1)!;
  const { degreesOfFreedom: nu } = parameters;
  const shape = levels.map((level) => studentTQuantile(level, nu) * Math.sqrt((nu - 2) / nu));
  return horizonsHours.map((hours) => {
    const scale = Math.sqrt(garchSumVariance(next, hours, parameters));
    return shape.map((quantile) => quantile * scale);
  });
}

/** Log returns of the slots from `first` on; NaN where an end is missing or lies before the window. */
function hourlyReturns(close: Float64Array, first: number): Float64Array {
  const returns = new Float64Array(close.length - first);
  for (let i = 0; i < returns.length; i++) {
    returns[i] = Math.log((close[first + i] ?? NaN) / (close[first + i - 1] ?? NaN));
  }
  return returns;
}

function rememberedFit(returns: Float64Array): GarchParameters {
  const known = remembered.findIndex((fit) => areEqual(fit.returns, returns));
  const fit =
    known >= 0
      ? remembered.splice(known, 1)[0]!
      : { returns: returns.slice(), parameters: fitGarch(returns) };
  remembered.unshift(fit);
  remembered.length = Math.min(remembered.length, REMEMBERED_FITS);
  return fit.parameters;
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function startOfMonth(instant: number): number {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
