import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { empiricalQuantiles } from './empirical-quantiles.js';

export interface BlockBootstrap {
  /** Mean of the values, in their unit. */
  readonly mean: number;
  /** Ends of the interval that holds the true mean with probability `coverage`. */
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the resampled means. */
  readonly standardError: number;
}

export interface BlockBootstrapOptions {
  /** Values per block; at least the overlap of neighbouring values, e.g. horizon / step between origins. */
  readonly blockLength: number;
  /** Default 1,000: the ends of a 95 % interval then move by some 2 % of its width from seed to seed. */
  readonly resamples?: number;
  /** Probability that the interval aims at; default 0.95. */
  readonly coverage?: number;
  /** Integer; equal seeds give equal answers. Default 1. */
  readonly seed?: number;
}

/**
 * Mean of a serially dependent series with a percentile interval from the moving-block bootstrap. Cost
 * O(n + resamples · n / blockLength).
 *
 * @param values shape [n], in the order of time, any unit; n >= 1, no NaN
 * @returns for a single block (blockLength >= n) nothing can be resampled: the interval is infinite, the standard
 *   error NaN
 * @throws RangeError if the series is empty or an option is out of range
 * @see Künsch (1989), The Jackknife and the Bootstrap for General Stationary Observations, Annals of Statistics 17(3)
 */
export function blockBootstrap(values: ArrayLike<number>, options: BlockBootstrapOptions): BlockBootstrap {
  const { blockLength, resamples = 1000, coverage = 0.95, seed = 1 } = options;
  const n = values.length;
  if (n === 0) throw new RangeError('an empty series has no mean');
  if (!Number.isInteger(blockLength) || blockLength < 1)
    throw new RangeError(`bad block length ${blockLength}`);
  if (!(coverage > 0 && coverage < 1)) throw new RangeError(`coverage lies between 0 and 1, not ${coverage}`);
  const sums = runningSums(values);
  const mean = sums[n]! / n;
  if (blockLength >= n) return { mean, low: -Infinity, high: Infinity, standardError: NaN };
  const means = resampledMeans(sums, blockLength, resamples, seed);
  const centre = means.reduce((sum, value) => sum + value, 0) / resamples;
  const squares = means.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const [low, high] = empiricalQuantiles(means, [(1 - coverage) / 2, (1 + coverage) / 2]);
  // Blocks give the ends of the series less weight than its middle: move the interval back around the mean.
  const shift = mean - centre;
  return {
    mean,
    low: low! + shift,
    high: high! + shift,
    standardError: Math.sqrt(squares / (resamples - 1)),
  };
}

function runningSums(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return sums;
}

function resampledMeans(
  sums: Float64Array,
  blockLength: number,
  resamples: number,
  seed: number,
): Float64Array {
  const n = sums.length - 1;
  const random = xoroshiro128plus(seed);
  return new Float64Array(resamples).map(() => {
    let sum = 0;
    let filled = 0;
    while (filled < n) {
      const length = Math.min(blockLength, n - filled);
      const start = uniformInt(random, 0, n - blockLength);
      sum += sums[start + length]! - sums[start]!;
      filled += length;
    }
    return sum / n;
  });
}
