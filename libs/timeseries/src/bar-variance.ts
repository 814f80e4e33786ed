const CLOSE_WEIGHT = 2 * Math.LN2 - 1;

/**
 * Variance of the log price over each slot from its range: Garman-Klass, plus the squared gap between the open and
 * the previous close. About seven times as precise as the squared return.
 *
 * @param bars prices of consecutive slots, shape [n] each; NaN where a candle is missing
 * @returns shape [n], dimensionless (squared log return), >= 0; NaN where the slot is missing. A missing previous
 *   slot leaves the gap term out, so does the first slot of the arrays.
 * @see Garman & Klass (1980), On the Estimation of Security Price Volatilities from Historical Data, J. Business 53(1)
 */
export function barVariance(bars: {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}): Float64Array {
  const { open, high, low, close } = bars;
  const variance = new Float64Array(close.length);
  for (let i = 0; i < close.length; i++) {
    const range = Math.log(high[i]! / low[i]!);
    const body = Math.log(close[i]! / open[i]!);
    const gap = i > 0 ? Math.log(open[i]! / close[i - 1]!) : 0;
    variance[i] = 0.5 * range * range - CLOSE_WEIGHT * body * body + (Number.isNaN(gap) ? 0 : gap * gap);
  }
  return variance;
}
