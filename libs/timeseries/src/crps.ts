/**
 * Continuous ranked probability score from quantiles: twice the integral of the pinball loss over the level,
 * approximated by giving each level the stretch of (0, 1) that is nearer to it than to its neighbours. With the seven
 * levels used here a normal forecast scores 1.7 % less on average than by the exact formula, and up to 10 % less for
 * a single outcome at its centre. It is proper all the same, for it is a positive combination of proper scores.
 *
 * @param outcome   what happened, any unit
 * @param quantiles shape [L], ascending, same unit
 * @param levels    shape [L], ascending, each in (0, 1)
 * @returns score in the unit of `outcome`, >= 0; NaN if any input is NaN
 * @throws RangeError if lengths differ or L = 0
 * @see Gneiting & Ranjan (2011), Comparing Density Forecasts Using Threshold- and Quantile-Weighted Scoring Rules,
 *   J. Business & Economic Statistics 29(3)
 */
export function crpsFromQuantiles(
  outcome: number,
  quantiles: ArrayLike<number>,
  levels: readonly number[],
): number {
  if (levels.length === 0 || quantiles.length !== levels.length) {
    throw new RangeError(`need one quantile per level: ${quantiles.length} for ${levels.length}`);
  }
  let score = 0;
  for (const [i, level] of levels.entries()) {
    const error = outcome - quantiles[i]!;
    const from = i === 0 ? 0 : (levels[i - 1]! + level) / 2;
    const to = i === levels.length - 1 ? 1 : (level + levels[i + 1]!) / 2;
    score += 2 * (to - from) * Math.max(level * error, (level - 1) * error);
  }
  return score;
}
