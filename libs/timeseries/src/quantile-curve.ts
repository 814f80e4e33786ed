/**
 * A continuous distribution through given quantiles: between two levels the value is linear in the log odds
 * ln(p / (1 - p)); beyond the outermost ones the last segment goes on, which gives logistic (exponential) tails.
 * Two levels with one value are an atom there.
 */
export interface QuantileCurve {
  /** Ascending levels, each in (0, 1), shape [L], L >= 2. */
  readonly levels: readonly number[];
  /** Non-decreasing values, shape [L], any unit. */
  readonly quantiles: ArrayLike<number>;
}

/**
 * Value below which the distribution lies with probability `probability`.
 *
 * @returns in the unit of the quantiles; exact at the given levels; non-decreasing in `probability`
 * @throws RangeError if the probability is not inside (0, 1), or the curve's lengths differ or are under two
 */
export function quantileAt(curve: QuantileCurve, probability: number): number {
  checkCurve(curve);
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`a probability lies between 0 and 1, not ${probability}`);
  }
  const { levels, quantiles } = curve;
  const exact = levels.indexOf(probability);
  if (exact >= 0) return quantiles[exact]!;
  const i = segmentOf(levels.length, (index) => levels[index]! < probability);
  const from = logOdds(levels[i]!);
  const share = (logOdds(probability) - from) / (logOdds(levels[i + 1]!) - from);
  return quantiles[i]! + share * (quantiles[i + 1]! - quantiles[i]!);
}

/**
 * Probability that the distribution is at most `value`; the probability integral transform when `value` is the
 * outcome. The inverse of quantileAt.
 *
 * @returns in [0, 1], non-decreasing in `value`; at an atom the upper end of its jump; NaN if `value` is NaN
 * @throws RangeError if the curve's lengths differ or are under two
 */
export function cdfAt(curve: QuantileCurve, value: number): number {
  checkCurve(curve);
  if (Number.isNaN(value)) return NaN;
  const { levels, quantiles } = curve;
  const last = levels.length - 1;
  for (let i = last; i >= 0; i--) if (quantiles[i] === value) return levels[i]!;
  const i = segmentOf(levels.length, (index) => quantiles[index]! < value);
  const width = quantiles[i + 1]! - quantiles[i]!;
  if (width === 0) return value < quantiles[i]! ? 0 : 1;
  const from = logOdds(levels[i]!);
  const odds = from + ((value - quantiles[i]!) / width) * (logOdds(levels[i + 1]!) - from);
  const probability = 1 / (1 + Math.exp(-odds));
  // Rounding must not carry a value past the level of a neighbour: values in order have probabilities in order.
  if (value < quantiles[i]!) return Math.min(probability, levels[i]!);
  if (value > quantiles[i + 1]!) return Math.max(probability, levels[i + 1]!);
  return Math.min(Math.max(probability, levels[i]!), levels[i + 1]!);
}

/** Probability of a rise, from quantiles of the log return: one minus the probability of a return of at most zero. */
export function probabilityUp(logReturnQuantiles: ArrayLike<number>, levels: readonly number[]): number {
  return 1 - cdfAt({ levels, quantiles: logReturnQuantiles }, 0);
}

/** head: a level of the curve; interpolated: between two of them; extrapolated: beyond the outermost, in a tail. */
export type CurvePart = 'head' | 'interpolated' | 'extrapolated';

/** Where on the curve a probability lies. @throws RangeError if the curve's lengths differ or are under two */
export function partOfLevel(curve: QuantileCurve, probability: number): CurvePart {
  checkCurve(curve);
  const { levels } = curve;
  if (levels.includes(probability)) return 'head';
  return probability < levels[0]! || probability > levels.at(-1)! ? 'extrapolated' : 'interpolated';
}

/** Whether a value lies beyond the outermost quantiles, where its probability rests on the assumed tail. */
export function isInTail({ quantiles }: QuantileCurve, value: number): boolean {
  return value < quantiles[0]! || value > quantiles[quantiles.length - 1]!;
}

function checkCurve({ levels, quantiles }: QuantileCurve): void {
  if (levels.length < 2 || levels.length !== quantiles.length) {
    throw new RangeError(`need two or more levels, one quantile each: ${levels.length}, ${quantiles.length}`);
  }
}

/** Index of the segment's left end: the last point that is below, kept inside the outermost segments. */
function segmentOf(points: number, isBelow: (index: number) => boolean): number {
  let i = 0;
  while (i < points - 2 && isBelow(i + 1)) i++;
  return i;
}

function logOdds(probability: number): number {
  return Math.log(probability / (1 - probability));
}
