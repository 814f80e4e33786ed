/**
 * Sums of one stream of bounded observations x / c with |x / c| <= 1, where c is fixed before x is seen. They are all
 * that an empirical-Bernstein e-process needs to remember.
 */
export interface StreamSums {
  /** Observations counted. */
  count: number;
  /** Sum of x / c. */
  sum: number;
  /** Sum of 1 / c: what a mean of μ would have added to `sum` is μ times this. */
  weight: number;
  /** Sum of (x / c)². */
  squares: number;
}

export interface MeanBounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Bets of the mixture. The best bet against a mean of m·c is about m / E[(x / c)²]; this grid is within a factor of
 * √2 of it from a few dozen observations to some hundred thousand, and costs at most ln 6 for not knowing which.
 */
const BETS = [0.8, 0.4, 0.2, 0.1, 0.05, 0.025].map((bet) => ({ bet, penalty: -Math.log1p(-bet) - bet }));

export function emptySums(): StreamSums {
  return { count: 0, sum: 0, weight: 0, squares: 0 };
}

/** Adds the observation x, clipped to ± c. */
export function addObservation(sums: StreamSums, x: number, c: number): void {
  const scaled = Math.max(-1, Math.min(1, x / c));
  sums.count += 1;
  sums.sum += scaled;
  sums.weight += 1 / c;
  sums.squares += scaled * scaled;
}

/**
 * Natural logarithm of the e-value against "the mean is at most `mean`", averaged over the streams: by Fan's
 * inequality exp(λ·z − ψ(λ)·z²) <= 1 + λ·z for z >= −1 and ψ(λ) = −ln(1 − λ) − λ, the product of these is a
 * supermartingale when the mean is no larger, for each λ, and so is their mixture. The chance that a stream's ever
 * exceeds 1/α is at most α, however often one looks.
 *
 * @param streams one or more streams; one without observations counts as 1
 * @param sign    1: against a mean of at most `mean`; -1: against a mean of at least `mean`
 * @returns 0 when nothing has been observed
 * @see Howard, Ramdas, McAuliffe & Sekhon (2021), Time-uniform, nonparametric, nonasymptotic confidence sequences,
 *   Annals of Statistics 49(2); Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting,
 *   JRSS B 86(1); Choe & Ramdas (2024), Comparing sequential forecasters, Operations Research 72(4)
 */
export function logEValue(streams: readonly StreamSums[], mean: number, sign: 1 | -1): number {
  const logs: number[] = [];
  for (const { sum, weight, squares } of streams) {
    const excess = sign * (sum - weight * mean);
    for (const { bet, penalty } of BETS) logs.push(bet * excess - penalty * squares);
  }
  return logMeanExp(logs);
}

/**
 * Confidence sequence for the mean: the means that the e-values of neither side have refuted. Holds the true mean at
 * all times at once with probability 1 − `alpha`, half of which is spent on each side.
 *
 * @returns null while nothing has been observed
 */
export function meanBounds(streams: readonly StreamSums[], alpha: number): MeanBounds | null {
  const count = streams.reduce((n, stream) => n + stream.count, 0);
  if (count === 0) return null;
  const threshold = Math.log(2 / alpha);
  const weight = streams.reduce((sum, stream) => sum + stream.weight, 0);
  const centre = streams.reduce((sum, stream) => sum + stream.sum, 0) / weight;
  const step = count / weight; // the mean clip: bounds are within a few of it
  return {
    low: refutedEnd(centre, -step, (mean) => logEValue(streams, mean, 1) >= threshold),
    high: refutedEnd(centre, step, (mean) => logEValue(streams, mean, -1) >= threshold),
  };
}

/** Walks outwards until a mean is refuted, then halves the way: the outer end, so that rounding never narrows. */
function refutedEnd(centre: number, step: number, isRefuted: (mean: number) => boolean): number {
  let inside = centre;
  let outside = centre + step;
  while (!isRefuted(outside)) {
    inside = outside;
    outside = centre + 2 * (outside - centre);
  }
  for (let i = 0; i < 50; i++) {
    const middle = (inside + outside) / 2;
    if (isRefuted(middle)) outside = middle;
    else inside = middle;
  }
  return outside;
}

/** ln of the mean of exp(values), without overflow. */
export function logMeanExp(values: readonly number[]): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum / values.length);
}
