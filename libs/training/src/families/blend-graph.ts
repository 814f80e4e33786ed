import { FEATURE_LIMIT } from '../har-parameters.js';
import type { TensorSpec } from '../inputs/input-blocks.js';
import { doubles, graphOf, integers, intAttribute, intsAttribute, node } from '../onnx/graph-parts.js';
import { DataType, type OnnxNode, type OnnxTensor } from '../onnx/onnx-messages.js';
import { blendConstants } from './blend-constants.js';
import { TILT_INDEXES, type BlendHorizon, type BlendParameters } from './blend-parameters.js';

/**
 * Writes a fitted blend as an ONNX graph in double precision that takes raw features; see evaluateBlend for the same
 * in TypeScript.
 *
 * A row's result must not depend on the batch it comes in. So linear parts are no matrix products, whose kernels add
 * in another order for one row than for many, but products with the features first, summed over that first axis: each
 * sum then runs over the features in their order, whatever N is. All else is element by element, or a choice of
 * elements; the last step puts each row's quantiles in order, so that they never cross.
 */
export function blendGraph(
  parameters: BlendParameters,
  tensors: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
): Uint8Array {
  return graphOf({
    name: 'har_blend',
    ...tensors,
    nodes: [...scaleNodes(), ...shapeNodes(), ...answerNodes()],
    initializers: initializers(parameters),
  });
}

/** features [N, F], hour_of_day [N], season_scale [N, H] → scale [N, H], sigma [N, H] */
function scaleNodes(): OnnxNode[] {
  return [
    node('Sub', ['features', 'means'], 'centred'),
    node('Div', ['centred', 'deviations'], 'standard'),
    node('Clip', ['standard', 'lowest', 'highest'], 'clipped'),
    node('Transpose', ['clipped'], 'by_feature', intsAttribute('perm', [1, 0])),
    node('Unsqueeze', ['by_feature', 'axis_2'], 'by_feature_and_row'),
    node('Mul', ['by_feature_and_row', 'coefficients'], 'terms'),
    node('ReduceSum', ['terms', 'axis_0'], 'linear', intAttribute('keepdims', 0)),
    node('Cast', ['hour_of_day'], 'hour', intAttribute('to', DataType.INT64)),
    node('Gather', ['hour_effects', 'hour'], 'hour_effect', intAttribute('axis', 0)),
    node('Add', ['linear', 'hour_effect'], 'log_scale'),
    node('Exp', ['log_scale'], 'relative_scale'),
    node('Mul', ['season_scale', 'relative_scale'], 'scale'),
    node('Mul', ['scale', 'spreads'], 'sigma'),
  ];
}

/** by_feature [F, N], scale [N, H] → own_part [N, H, L] */
function shapeNodes(): OnnxNode[] {
  return [
    node('Gather', ['by_feature', 'tilt_indexes'], 'tilt_features', intAttribute('axis', 0)),
    node('Unsqueeze', ['tilt_features', 'axes_2_3'], 'tilts'),
    node('Mul', ['tilts', 'tilt_coefficients'], 'tilt_terms'),
    node('ReduceSum', ['tilt_terms', 'axis_0'], 'tilt', intAttribute('keepdims', 0)),
    node('Add', ['tilt', 'shapes'], 'shape'),
    node('Unsqueeze', ['scale', 'axis_2'], 'scale_by_level'),
    node('Mul', ['shape', 'scale_by_level'], 'own_part'),
  ];
}

/** own_part and reference_quantiles [N, H, L] → quantiles [N, H, L] */
function answerNodes(): OnnxNode[] {
  return [
    node('Gather', ['reference_quantiles', 'mirrored_levels'], 'mirrored', intAttribute('axis', 2)),
    node('Mul', ['reference_quantiles', 'reference_weights'], 'reference_part'),
    node('Mul', ['mirrored', 'mirrored_weights'], 'mirrored_part'),
    node('Add', ['reference_part', 'mirrored_part'], 'year_part'),
    node('Add', ['own_part', 'year_part'], 'unordered'),
    {
      ...node(
        'TopK',
        ['unordered', 'levels'],
        'quantiles',
        intAttribute('axis', 2),
        intAttribute('largest', 0),
      ),
      output: ['quantiles', 'order'],
    },
  ];
}

function initializers(parameters: BlendParameters): OnnxTensor[] {
  const L = parameters.horizons[0]!.shape.length;
  return [
    ...scaleConstants(parameters),
    ...shapeConstants(parameters.horizons, L),
    ...referenceConstants(parameters.horizons),
    integers(
      'mirrored_levels',
      [L],
      Array.from({ length: L }, (_, l) => L - 1 - l),
    ),
    integers('levels', [1], [L]),
    integers('axis_0', [1], [0]),
    integers('axis_2', [1], [2]),
    integers('axes_2_3', [2], [2, 3]),
  ];
}

function scaleConstants({ means, deviations, horizons }: BlendParameters): OnnxTensor[] {
  const [F, H, hours] = [means.length, horizons.length, horizons[0]!.hourEffects.length];
  const byFeature = means.flatMap((_, i) => horizons.map(({ coefficients }) => coefficients[i]!));
  const spreads = horizons.map(({ spread }) => spread);
  const byHour = Array.from({ length: hours }, (_, hour) =>
    horizons.map(({ constant, hourEffects }) => constant + hourEffects[hour]!),
  );
  return [
    doubles('means', [F], means),
    doubles('deviations', [F], deviations),
    doubles('lowest', [], [-FEATURE_LIMIT]),
    doubles('highest', [], [FEATURE_LIMIT]),
    doubles('coefficients', [F, 1, H], byFeature),
    doubles('hour_effects', [hours, H], byHour.flat()),
    doubles('spreads', [H], spreads),
  ];
}

function shapeConstants(horizons: readonly BlendHorizon[], L: number): OnnxTensor[] {
  const [H, T] = [horizons.length, TILT_INDEXES.length];
  const constants = horizons.map(blendConstants);
  const byTilt = TILT_INDEXES.flatMap((_, k) => constants.flatMap(({ tilt }) => tilt[k]!));
  return [
    integers('tilt_indexes', [T], TILT_INDEXES),
    doubles('tilt_coefficients', [T, 1, H, L], byTilt),
    doubles(
      'shapes',
      [H, L],
      constants.flatMap(({ shape }) => shape),
    ),
  ];
}

function referenceConstants(horizons: readonly BlendHorizon[]): OnnxTensor[] {
  const constants = horizons.map(blendConstants);
  const straight = constants.map(({ referenceWeight }) => referenceWeight);
  const mirrored = constants.map(({ mirroredWeight }) => mirroredWeight);
  const H = horizons.length;
  return [doubles('reference_weights', [H, 1], straight), doubles('mirrored_weights', [H, 1], mirrored)];
}
