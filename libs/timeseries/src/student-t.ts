/** Coefficients of Lanczos's series with g = 7, good to 1e-15 relative. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Logarithm of the gamma function.
 *
 * @param x > 0
 * @see Lanczos (1964), A Precision Approximation of the Gamma Function, SIAM J. Numerical Analysis 1
 */
export function logGamma(x: number): number {
  const shifted = x - 1 + 7.5;
  const series = LANCZOS.reduce((sum, coefficient, i) =>
    i === 0 ? coefficient : sum + coefficient / (x - 1 + i),
  );
  return HALF_LOG_TWO_PI + (x - 0.5) * Math.log(shifted) - shifted + Math.log(series);
}

/**
 * Quantile of Student's t distribution.
 *
 * @param level            in (0, 1)
 * @param degreesOfFreedom > 0
 * @returns the quantile, to 1e-12 relative; of the plain t, whose variance is ν / (ν - 2)
 * @throws RangeError if the level or the degrees of freedom are out of range
 */
export function studentTQuantile(level: number, degreesOfFreedom: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`a level lies between 0 and 1, not ${level}`);
  if (!(degreesOfFreedom > 0))
    throw new RangeError(`degrees of freedom are positive, not ${degreesOfFreedom}`);
  if (level === 0.5) return 0;
  if (level < 0.5) return -studentTQuantile(1 - level, degreesOfFreedom);
  let low = 0;
  let high = 1;
  while (studentTCdf(high, degreesOfFreedom) < level) high *= 2;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (studentTCdf(middle, degreesOfFreedom) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that Student's t is at most `value`, through the regularised incomplete beta function. */
export function studentTCdf(value: number, degreesOfFreedom: number): number {
  const x = degreesOfFreedom / (degreesOfFreedom + value * value);
  const tail = 0.5 * incompleteBeta(x, degreesOfFreedom / 2, 0.5);
  return value > 0 ? 1 - tail : tail;
}

/** Regularised incomplete beta function by its continued fraction (Abramowitz & Stegun 26.5.8), Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a);
  return Math.exp(logFront) / betaFraction(x, a, b);
}

function betaFraction(x: number, a: number, b: number): number {
  let numerator = 1;
  let denominator = 0;
  let fraction = 1;
  for (let step = 1; step <= 500; step++) {
    const m = Math.floor(step / 2);
    const even = step % 2 === 0;
    const top = even ? m * (b - m) * x : -(a + m) * (a + b + m) * x;
    const term = top / ((a + 2 * m - (even ? 1 : 0)) * (a + 2 * m + (even ? 0 : 1)));
    denominator = 1 / awayFromZero(1 + term * denominator);
    numerator = awayFromZero(1 + term / numerator);
    const factor = numerator * denominator;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return fraction;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
