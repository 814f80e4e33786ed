/**
 * Mean pinball (quantile) loss of one series of forecasts.
 *
 * @param actual    outcomes, shape [n], any unit
 * @param predicted forecasts of the tau-quantile, shape [n], same unit and instants as `actual`
 * @param tau       level, 0 < tau < 1; 0.5 gives half the mean absolute error
 * @returns loss in the unit of `actual`, >= 0; 0 only for exact forecasts; NaN if any input is NaN
 * @throws RangeError if lengths differ, n = 0, or tau is out of range
 * @see Koenker & Bassett (1978), Regression Quantiles, Econometrica 46(1)
 */
export function pinballLoss(actual: Float64Array, predicted: Float64Array, tau: number): number {
  if (actual.length === 0 || actual.length !== predicted.length) {
    throw new RangeError(
      `need as many forecasts as outcomes, at least one: ${predicted.length}, ${actual.length}`,
    );
  }
  if (!(tau > 0 && tau < 1)) throw new RangeError(`tau must lie between 0 and 1, not ${tau}`);
  let sum = 0;
  for (const [i, y] of actual.entries()) sum += pinball(y - predicted[i]!, tau);
  return sum / actual.length;
}

/**
 * Pinball loss of one forecast distribution, averaged over its levels.
 *
 * @param outcome   what happened, any unit
 * @param quantiles shape [L], same unit
 * @param levels    shape [L], each in (0, 1)
 * @returns mean loss in the unit of `outcome`; NaN if any input is NaN
 * @throws RangeError if lengths differ or L = 0
 */
export function meanPinball(
  outcome: number,
  quantiles: ArrayLike<number>,
  levels: readonly number[],
): number {
  if (levels.length === 0 || quantiles.length !== levels.length) {
    throw new RangeError(`need one quantile per level: ${quantiles.length} for ${levels.length}`);
  }
  let sum = 0;
  for (const [i, level] of levels.entries()) sum += pinball(outcome - quantiles[i]!, level);
  return sum / levels.length;
}

function pinball(error: number, tau: number): number {
  return Math.max(tau * error, (tau - 1) * error);
}
