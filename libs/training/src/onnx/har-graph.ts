import { FEATURE_LIMIT, type HarParameters } from '../har-parameters.js';
import type { TensorSpec } from '../inputs/input-blocks.js';
import { doubles, graphOf, integers, intAttribute, intsAttribute, node } from './graph-parts.js';
import type { OnnxNode, OnnxTensor } from './onnx-messages.js';

/**
 * Writes a fitted model as an ONNX graph in double precision that takes raw features; see evaluateHar for the same
 * in TypeScript.
 *
 * A row's result must not depend on the batch it comes in. So the linear part is no matrix product, whose kernels
 * add in another order for one row than for many, but products laid out as [F, N, H] and summed over the first axis:
 * each sum then runs over the features in their order, whatever N is. All else is element by element.
 *
 * @param tensors the blocks features, season_scale and reference_quantiles, and the two outputs
 */
export function harGraph(
  parameters: HarParameters,
  tensors: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
): Uint8Array {
  return graphOf({
    name: 'har_abs_emp',
    ...tensors,
    nodes: nodes(),
    initializers: initializers(parameters),
  });
}

function nodes(): OnnxNode[] {
  return [
    node('Sub', ['features', 'means'], 'centred'),
    node('Div', ['centred', 'deviations'], 'standard'),
    node('Clip', ['standard', 'lowest', 'highest'], 'clipped'),
    node('Transpose', ['clipped'], 'by_feature', intsAttribute('perm', [1, 0])),
    node('Unsqueeze', ['by_feature', 'axis_2'], 'by_feature_and_row'),
    node('Mul', ['by_feature_and_row', 'coefficients'], 'terms'),
    node('ReduceSum', ['terms', 'axis_0'], 'linear', intAttribute('keepdims', 0)),
    node('Add', ['linear', 'constants'], 'log_scale'),
    node('Exp', ['log_scale'], 'relative_scale'),
    node('Mul', ['season_scale', 'relative_scale'], 'scale'),
    node('Mul', ['scale', 'spreads'], 'sigma'),
    node('Unsqueeze', ['scale', 'axis_2'], 'scale_by_level'),
    node('Mul', ['weighted_shapes', 'scale_by_level'], 'own_part'),
    node('Mul', ['reference_weights', 'reference_quantiles'], 'reference_part'),
    node('Add', ['own_part', 'reference_part'], 'quantiles'),
  ];
}

function initializers({ means, deviations, horizons }: HarParameters): OnnxTensor[] {
  const [F, H, L] = [means.length, horizons.length, horizons[0]!.shape.length];
  const byFeature = means.flatMap((_, i) => horizons.map(({ coefficients }) => coefficients[i]!));
  const weightedShapes = horizons.flatMap(({ shape, referenceWeight }) =>
    shape.map((quantile) => (1 - referenceWeight) * quantile),
  );
  return [
    doubles('means', [F], means),
    doubles('deviations', [F], deviations),
    doubles('lowest', [], [-FEATURE_LIMIT]),
    doubles('highest', [], [FEATURE_LIMIT]),
    doubles('coefficients', [F, 1, H], byFeature),
    doubles(
      'constants',
      [H],
      horizons.map(({ constant }) => constant),
    ),
    doubles(
      'spreads',
      [H],
      horizons.map(({ spread }) => spread),
    ),
    doubles('weighted_shapes', [H, L], weightedShapes),
    doubles(
      'reference_weights',
      [H, 1],
      horizons.map(({ referenceWeight }) => referenceWeight),
    ),
    integers('axis_0', [1], [0]),
    integers('axis_2', [1], [2]),
  ];
}
