import { HOUR_MS } from './candle.js';
import { garchNextVariances, garchSumVariance } from './garch-fit.js';
import { YEAR_SLOTS, type HourlyWindow } from './hourly-window.js';
import { InsufficientHistoryError } from './insufficient-history.error.js';
import { rememberedFit, startOfMonth } from './monthly-garch.js';
import { studentTQuantile } from './student-t.js';

const MIN_RETURNS = 500;
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
