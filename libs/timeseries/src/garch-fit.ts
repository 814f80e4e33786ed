import { logGamma } from './student-t.js';
import { nelderMead } from './nelder-mead.js';

/** GARCH(1,1) with standardised Student-t innovations and no mean. */
export interface GarchParameters {
  /** Long-run variance per hour (squared log return). */
  readonly longRunVariance: number;
  /** Weight of the last squared return, >= 0. */
  readonly alpha: number;
  /** Weight of the last variance, >= 0; alpha + beta < 1. */
  readonly beta: number;
  /** Degrees of freedom, > 2. */
  readonly degreesOfFreedom: number;
}

const MAX_PERSISTENCE = 0.9995;
const MIN_VARIANCE = 1e-14;

/**
 * Maximum-likelihood fit. The long-run variance is the sample's (variance targeting), the other three parameters are
 * searched from fixed starting values, so equal returns give equal bits.
 *
 * @param returns hourly log returns in the order of time, shape [n], no NaN; a gap is simply left out
 * @see Bollerslev (1987), A Conditionally Heteroskedastic Time Series Model, Review of Economics and Statistics 69(3);
 *   Francq, Horváth & Zakoïan (2011), Merits and Drawbacks of Variance Targeting, J. Financial Econometrics 9(4)
 */
export function fitGarch(returns: Float64Array): GarchParameters {
  const squares = returns.map((value) => value * value);
  const longRunVariance = Math.max(
    MIN_VARIANCE,
    squares.reduce((sum, square) => sum + square, 0) / squares.length,
  );
  const objective = (point: readonly number[]): number =>
    negativeLogLikelihood(squares, parametersAt(point, longRunVariance)) / squares.length;
  const start = [logit(0.97 / MAX_PERSISTENCE), logit(0.08), Math.log(2)];
  const best = nelderMead(objective, start, { steps: [0.5, 0.5, 0.5], tolerance: 1e-8, maxIterations: 200 });
  return parametersAt(best, longRunVariance);
}

/**
 * The variance after each return: element i is the variance of return i + 1 as known once return i is.
 *
 * @param returns hourly log returns, shape [n]; a NaN (a gap) moves the variance one step towards its long run
 */
export function garchNextVariances(returns: Float64Array, parameters: GarchParameters): Float64Array {
  const { longRunVariance, alpha, beta } = parameters;
  const constant = longRunVariance * (1 - alpha - beta);
  let variance = longRunVariance;
  return returns.map((value) => {
    const square = Number.isNaN(value) ? variance : value * value;
    variance = constant + alpha * square + beta * variance;
    return variance;
  });
}

/** Variance of the sum of the next `hours` returns, when the first of them has variance `next`. */
export function garchSumVariance(next: number, hours: number, parameters: GarchParameters): number {
  const { longRunVariance, alpha, beta } = parameters;
  let variance = next;
  let sum = 0;
  for (let k = 0; k < hours; k++) {
    sum += variance;
    variance = longRunVariance + (alpha + beta) * (variance - longRunVariance);
  }
  return sum;
}

/** The search runs over the log odds of the persistence, of alpha's share in it, and over ln(ν - 2). */
function parametersAt(point: readonly number[], longRunVariance: number): GarchParameters {
  const persistence = MAX_PERSISTENCE * inverseLogit(point[0]!);
  const alpha = persistence * inverseLogit(point[1]!);
  return { longRunVariance, alpha, beta: persistence - alpha, degreesOfFreedom: 2.05 + Math.exp(point[2]!) };
}

function negativeLogLikelihood(squares: Float64Array, parameters: GarchParameters): number {
  const { longRunVariance, alpha, beta, degreesOfFreedom: nu } = parameters;
  const constant = longRunVariance * (1 - alpha - beta);
  const perReturn = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(Math.PI * (nu - 2));
  let variance = longRunVariance;
  let sum = 0;
  for (const square of squares) {
    sum += 0.5 * Math.log(variance) + ((nu + 1) / 2) * Math.log1p(square / (variance * (nu - 2)));
    variance = Math.max(MIN_VARIANCE, constant + alpha * square + beta * variance);
  }
  return sum - perReturn * squares.length;
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function inverseLogit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
