/**
 * Whether a central interval of a forecast covers the outcome; both ends belong to it.
 *
 * @param outcome   what happened, any unit
 * @param quantiles shape [L], ascending, same unit
 * @param levels    shape [L]
 * @param share     probability of the interval, e.g. 0.8 for the one between the 0.1 and the 0.9 quantile
 * @returns false if the outcome or an end is NaN
 * @throws RangeError if the levels hold no such interval
 */
export function intervalCovers(
  outcome: number,
  quantiles: ArrayLike<number>,
  levels: readonly number[],
  share: number,
): boolean {
  const low = indexOfLevel(levels, (1 - share) / 2);
  const high = indexOfLevel(levels, (1 + share) / 2);
  if (low < 0 || high < 0)
    throw new RangeError(`levels ${levels.join(', ')} hold no central interval of ${share}`);
  return outcome >= quantiles[low]! && outcome <= quantiles[high]!;
}

/**
 * Whether the forecast named the right direction: a probability of a rise over one half with a rise, or under one
 * half with a fall.
 *
 * @returns null when there is nothing to judge: the price did not move, the probability is one half, or one is NaN
 */
export function directionHit(probabilityOfRise: number, logReturn: number): boolean | null {
  const called = Math.sign(probabilityOfRise - 0.5);
  const moved = Math.sign(logReturn);
  if (!called || !moved) return null;
  return called === moved;
}

function indexOfLevel(levels: readonly number[], level: number): number {
  return levels.findIndex((candidate) => Math.abs(candidate - level) < 1e-9);
}
