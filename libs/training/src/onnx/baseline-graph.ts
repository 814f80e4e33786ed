import type { TensorSpec } from '../inputs/input-blocks.js';
import { doubles, graphOf, integers, intAttribute, node } from './graph-parts.js';

/** Widest levels of an interval, and how many standard deviations of a normal distribution it spans. */
export interface IntervalSpec {
  /** Index of its lower and upper level. */
  readonly lower: number;
  readonly upper: number;
  readonly deviations: number;
}

/** A market that does not move at all still gets a positive standard deviation. */
export const MIN_SIGMA = 1e-12;

/**
 * A graph that hands its only input, quantiles [N, H, L], on as its answer, and reads the standard deviation from the
 * width of one interval. Element by element, so a row's bits do not depend on the batch.
 *
 * @param tensors one input of quantiles, and the two outputs
 */
export function baselineGraph(
  name: string,
  tensors: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
  { lower, upper, deviations }: IntervalSpec,
): Uint8Array {
  const block = tensors.inputs[0]!.name;
  return graphOf({
    name,
    ...tensors,
    nodes: [
      node('Identity', [block], 'quantiles'),
      node('Gather', [block, 'lower'], 'lower_quantile', intAttribute('axis', 2)),
      node('Gather', [block, 'upper'], 'upper_quantile', intAttribute('axis', 2)),
      node('Sub', ['upper_quantile', 'lower_quantile'], 'width'),
      node('Div', ['width', 'deviations'], 'spread'),
      node('Max', ['spread', 'least'], 'sigma'),
    ],
    initializers: [
      integers('lower', [], [lower]),
      integers('upper', [], [upper]),
      doubles('deviations', [], [deviations]),
      doubles('least', [], [MIN_SIGMA]),
    ],
  });
}
