import { solveCholesky } from '../cholesky.js';
import { minimiseByNewton } from '../minimise-by-newton.js';

/** Rows of a regression: the first column of every row is the constant 1. */
export interface QuantileSample {
  /** Row-major, shape [n · f]. */
  readonly inputs: Float64Array;
  /** What is explained, shape [n], in units in which the smoothing makes sense: its scale is about 1. */
  readonly values: Float64Array;
}

export interface QuantileFitOptions {
  /** Level of the quantile, in (0, 1). */
  readonly level: number;
  /** Penalty on the squared coefficients, the constant free; > 0. */
  readonly ridge: number;
  /** Where the search starts, shape [f]. */
  readonly start: readonly number[];
}

/** Width of the logistic kernel that rounds the corner of the pinball loss. A tenth of a typical move is little. */
const BANDWIDTH = 0.1;

/**
 * Linear quantile regression: minimises the mean pinball loss of value − x·β, rounded by a logistic kernel so that it
 * has a second derivative, plus ridge/2 · |β|². Convex; Newton's method with step halving. Cost O(n f²) per step.
 *
 * @returns β, shape [f]
 * @throws RangeError if it does not converge: values are not finite
 * @see He, Pan, Tan & Zhou (2023), Smoothed Quantile Regression with Large-Scale Inference, J. Econometrics 232(2)
 */
export function fitQuantile(sample: QuantileSample, options: QuantileFitOptions): Float64Array {
  return minimiseByNewton(Float64Array.from(options.start), {
    lossAt: (beta) => smoothLoss(sample, beta, options),
    directionAt: (beta) => newtonDirection(sample, beta, options),
  });
}

/** Pinball loss of u is level · u + max(0, −u); the kernel rounds the second part to a softplus. */
function smoothLoss(
  { inputs, values }: QuantileSample,
  beta: Float64Array,
  { level, ridge }: QuantileFitOptions,
): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const error = values[row]! - predicted(inputs, row * beta.length, beta);
    sum += level * error + BANDWIDTH * softplus(-error / BANDWIDTH);
  }
  let penalty = 0;
  for (let i = 1; i < beta.length; i++) penalty += beta[i]! * beta[i]!;
  return sum / values.length + (ridge / 2) * penalty;
}

function newtonDirection(
  { inputs, values }: QuantileSample,
  beta: Float64Array,
  { level, ridge }: QuantileFitOptions,
): Float64Array {
  const size = beta.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let row = 0; row < values.length; row++) {
    const start = row * size;
    const below = 1 / (1 + Math.exp((values[row]! - predicted(inputs, start, beta)) / BANDWIDTH));
    const weight = (below * (1 - below)) / BANDWIDTH / values.length;
    for (let i = 0; i < size; i++) {
      const x = inputs[start + i]!;
      gradient[i]! += (x * (below - level)) / values.length;
      for (let j = 0; j <= i; j++) hessian[i * size + j]! += weight * x * inputs[start + j]!;
    }
  }
  for (let i = 1; i < size; i++) {
    gradient[i]! += ridge * beta[i]!;
    hessian[i * size + i]! += ridge;
  }
  return solveCholesky(hessian, gradient);
}

function predicted(inputs: Float64Array, start: number, beta: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < beta.length; i++) sum += inputs[start + i]! * beta[i]!;
  return sum;
}

/** ln(1 + exp x) without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
