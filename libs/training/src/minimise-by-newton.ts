const MAX_STEPS = 50;
const TOLERANCE = 1e-10;
const MAX_HALVINGS = 20;

/** A convex function of β with its Newton direction, H⁻¹ g. */
export interface ConvexLoss {
  readonly lossAt: (beta: Float64Array) => number;
  readonly directionAt: (beta: Float64Array) => Float64Array;
}

/**
 * Minimises a convex loss by Newton's method with step halving, until a step gains less than 1e-10.
 *
 * @param start where the search begins, shape [f]
 * @returns β, shape [f]
 * @throws RangeError if it does not converge in 50 steps, which happens where the loss is no number
 */
export function minimiseByNewton(
  start: Float64Array<ArrayBuffer>,
  { lossAt, directionAt }: ConvexLoss,
): Float64Array<ArrayBuffer> {
  let beta = start;
  let loss = lossAt(beta);
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = descend(beta, directionAt(beta), loss, lossAt);
    if (loss - next.loss < TOLERANCE) return next.beta;
    ({ beta, loss } = next);
  }
  throw new RangeError(`no convergence in ${MAX_STEPS} Newton steps`);
}

function descend(
  beta: Float64Array<ArrayBuffer>,
  direction: Float64Array,
  loss: number,
  lossAt: (beta: Float64Array) => number,
): { beta: Float64Array<ArrayBuffer>; loss: number } {
  let length = 1;
  for (let halving = 0; halving < MAX_HALVINGS; halving++, length /= 2) {
    const candidate = beta.map((value, i) => value - length * direction[i]!);
    const reached = lossAt(candidate);
    if (reached <= loss) return { beta: candidate, loss: reached };
  }
  return { beta, loss };
}
