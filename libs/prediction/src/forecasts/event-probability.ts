import { cdfAt, isInTail, type QuantileCurve } from '@btcforecast/timeseries';

/** Prices between which the close has to lie; null: no bound on that side. */
export interface PriceRange {
  readonly low: number | null;
  readonly high: number | null;
}

export interface EventProbability {
  /** In [0, 1]. */
  readonly probability: number;
  /** extrapolated: a bound lies beyond the outermost quantiles, where the tail is an assumption. */
  readonly method: 'interpolated' | 'extrapolated';
}

/**
 * Probability that the close at the target lies in a range, from the same curve as the quantiles: what is above and
 * below a price adds up to one, and disjoint ranges add up.
 *
 * @param curve quantiles of the log return
 * @param price close at the origin, > 0
 * @param range bounds, > 0, of which at least one is given; low < high
 */
export function eventProbability(curve: QuantileCurve, price: number, range: PriceRange): EventProbability {
  const returns = [range.low, range.high].map((bound) => (bound === null ? null : Math.log(bound / price)));
  const [low, high] = returns;
  const below = low == null ? 0 : cdfAt(curve, low);
  const upTo = high == null ? 1 : cdfAt(curve, high);
  const isTail = returns.some((value) => value !== null && isInTail(curve, value));
  return { probability: upTo - below, method: isTail ? 'extrapolated' : 'interpolated' };
}
