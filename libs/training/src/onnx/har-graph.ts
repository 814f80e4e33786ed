import { FEATURE_LIMIT, type HarParameters } from '../har-parameters.js';
import {
  AttributeType,
  DataType,
  encodeOnnx,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './onnx-messages.js';

/** Version of the operator set; ReduceSum and Unsqueeze take their axes as an input since 13. */
export const OPSET = 17;
const IR_VERSION = 8;
/** Producer as written into the file. A version is in the manifest; here it would change bytes for no reason. */
const PRODUCER = { producer_name: 'btcforecast', producer_version: '1' };

/** A dimension: a size, or N, the number of rows of a run. */
type Dimension = number | 'N';

export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'double';
  readonly shape: Dimension[];
}

/** Inputs and outputs of the graph for F features, H horizons and L levels. */
export function harTensors(F: number, H: number, L: number): { inputs: TensorSpec[]; outputs: TensorSpec[] } {
  const tensor = (name: string, ...shape: Dimension[]): TensorSpec => ({ name, dtype: 'double', shape });
  return {
    inputs: [
      tensor('features', 'N', F),
      tensor('season_scale', 'N', H),
      tensor('reference_quantiles', 'N', H, L),
    ],
    outputs: [tensor('quantiles', 'N', H, L), tensor('sigma', 'N', H)],
  };
}

/**
 * Writes a fitted model as an ONNX graph in double precision that takes raw features; see evaluateHar for the same
 * in TypeScript.
 *
 * A row's result must not depend on the batch it comes in. So the linear part is no matrix product, whose kernels
 * add in another order for one row than for many, but products laid out as [F, N, H] and summed over the first axis:
 * each sum then runs over the features in their order, whatever N is. All else is element by element.
 */
export function harGraph(parameters: HarParameters): Uint8Array {
  const { horizons } = parameters;
  const F = parameters.means.length;
  const { inputs, outputs } = harTensors(F, horizons.length, horizons[0]!.shape.length);
  return encodeOnnx({
    ir_version: IR_VERSION,
    ...PRODUCER,
    opset_import: [{ domain: '', version: OPSET }],
    graph: {
      name: 'har_abs_emp',
      node: nodes(),
      initializer: initializers(parameters),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
}

function nodes(): OnnxNode[] {
  return [
    node('Sub', ['features', 'means'], 'centred'),
    node('Div', ['centred', 'deviations'], 'standard'),
    node('Clip', ['standard', 'lowest', 'highest'], 'clipped'),
    node('Transpose', ['clipped'], 'by_feature', { name: 'perm', type: AttributeType.INTS, ints: [1, 0] }),
    node('Unsqueeze', ['by_feature', 'axis_2'], 'by_feature_and_row'),
    node('Mul', ['by_feature_and_row', 'coefficients'], 'terms'),
    node('ReduceSum', ['terms', 'axis_0'], 'linear', { name: 'keepdims', type: AttributeType.INT, i: 0 }),
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
    axis('axis_0', 0),
    axis('axis_2', 2),
  ];
}

function node(op: string, input: string[], output: string, ...attribute: OnnxAttribute[]): OnnxNode {
  return { op_type: op, name: output, input, output: [output], attribute };
}

function doubles(name: string, dims: number[], values: readonly number[]): OnnxTensor {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  for (const [i, value] of values.entries()) bytes.setFloat64(i * 8, value, true);
  return { name, data_type: DataType.DOUBLE, dims, raw_data: new Uint8Array(bytes.buffer) };
}

function axis(name: string, value: number): OnnxTensor {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigInt64(0, BigInt(value), true);
  return { name, data_type: DataType.INT64, dims: [1], raw_data: new Uint8Array(bytes.buffer) };
}

function valueInfo({ name, shape }: TensorSpec): OnnxValueInfo {
  const dim = shape.map((size) => (size === 'N' ? { dim_param: 'N' } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: DataType.DOUBLE, shape: { dim } } } };
}
