import { solveCholesky } from './cholesky.js';
import { minimiseByNewton } from './minimise-by-newton.js';

/** Rows of a regression: the first column of every row is the constant 1. */
export interface ScaleSample {
  /** Row-major, shape [n · f]. */
  readonly inputs: Float64Array;
  /** Absolute return over everything the model does not have to explain, shape [n], >= 0. */
  readonly magnitudes: Float64Array;
}

/**
 * Fits log σ = x·β to magnitudes m by minimising mean(m · exp(-xβ) + xβ) + ridge/2 · |β|² (the constant free), the
 * likelihood of a Laplace scale. Convex; Newton's method with step halving. Cost O(n f²) per step, some ten steps.
 *
 * @param sample n rows of f inputs; f = inputs.length / magnitudes.length
 * @param ridge  >= 0, in units of the mean loss
 * @returns β, shape [f]
 * @throws RangeError if it does not converge: the magnitudes are all zero, or not finite
 */
export function fitScale({ inputs, magnitudes }: ScaleSample, ridge: number): Float64Array {
  const size = inputs.length / magnitudes.length;
  const start = new Float64Array(size);
  start[0] = Math.log(magnitudes.reduce((sum, value) => sum + value, 0) / magnitudes.length);
  if (!Number.isFinite(start[0])) throw new RangeError('magnitudes must be finite and not all zero');
  return minimiseByNewton(start, {
    lossAt: (beta) => scaleLoss(inputs, magnitudes, beta, ridge),
    directionAt: (beta) => newtonDirection(inputs, magnitudes, beta, ridge),
  });
}

function scaleLoss(
  inputs: Float64Array,
  magnitudes: Float64Array,
  beta: Float64Array,
  ridge: number,
): number {
  let sum = 0;
  for (let row = 0; row < magnitudes.length; row++) {
    const log = logScale(inputs, row * beta.length, beta);
    sum += magnitudes[row]! * Math.exp(-log) + log;
  }
  let penalty = 0;
  for (let i = 1; i < beta.length; i++) penalty += beta[i]! * beta[i]!;
  return sum / magnitudes.length + (ridge / 2) * penalty;
}

function newtonDirection(
  inputs: Float64Array,
  magnitudes: Float64Array,
  beta: Float64Array,
  ridge: number,
): Float64Array {
  const size = beta.length;
  const rows = magnitudes.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let row = 0; row < rows; row++) {
    const start = row * size;
    const ratio = magnitudes[row]! * Math.exp(-logScale(inputs, start, beta));
    for (let i = 0; i < size; i++) {
      const x = inputs[start + i]!;
      gradient[i]! += (x * (1 - ratio)) / rows;
      const weighted = (x * ratio) / rows;
      for (let j = 0; j <= i; j++) hessian[i * size + j]! += weighted * inputs[start + j]!;
    }
  }
  for (let i = 1; i < size; i++) {
    gradient[i]! += ridge * beta[i]!;
    hessian[i * size + i]! += ridge;
  }
  return solveCholesky(hessian, gradient);
}

function logScale(inputs: Float64Array, start: number, beta: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < beta.length; i++) sum += inputs[start + i]! * beta[i]!;
  return sum;
}
