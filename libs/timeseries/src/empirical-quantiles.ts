/**
 * Quantiles of a sample, linear between order statistics (type 7 of Hyndman & Fan 1996, the default of R and NumPy).
 * Cost O(n log n); sorts `sample` in place.
 *
 * @param sample finite values, shape [n], any unit; reordered
 * @param levels ascending levels in [0, 1], shape [L]
 * @returns shape [L], ascending, in the unit of the sample
 * @throws RangeError if the sample is empty
 */
export function empiricalQuantiles(sample: Float64Array, levels: readonly number[]): number[] {
  if (sample.length === 0) throw new RangeError('an empty sample has no quantiles');
  return quantilesOfSorted(sample.sort(), levels);
}

/** The same for a sample that ascends already and is not empty; leaves it as it is. */
export function quantilesOfSorted(sample: Float64Array, levels: readonly number[]): number[] {
  return levels.map((level) => {
    const position = level * (sample.length - 1);
    const lower = Math.floor(position);
    const low = sample[lower]!; // in range: 0 <= level <= 1
    const high = sample[Math.min(lower + 1, sample.length - 1)]!;
    return low + (high - low) * (position - lower);
  });
}
