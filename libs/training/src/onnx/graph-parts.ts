import type { TensorSpec } from '../inputs/input-blocks.js';
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

export interface GraphParts {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** An ONNX file of plain operators in double precision. Equal parts give equal bytes. */
export function graphOf({ name, inputs, outputs, nodes, initializers }: GraphParts): Uint8Array {
  return encodeOnnx({
    ir_version: IR_VERSION,
    ...PRODUCER,
    opset_import: [{ domain: '', version: OPSET }],
    graph: {
      name,
      node: nodes,
      initializer: initializers,
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
}

export function node(op: string, input: string[], output: string, ...attribute: OnnxAttribute[]): OnnxNode {
  return { op_type: op, name: output, input, output: [output], attribute };
}

export function intAttribute(name: string, i: number): OnnxAttribute {
  return { name, type: AttributeType.INT, i };
}

export function intsAttribute(name: string, ints: readonly number[]): OnnxAttribute {
  return { name, type: AttributeType.INTS, ints };
}

export function doubles(name: string, dims: number[], values: readonly number[]): OnnxTensor {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  for (const [i, value] of values.entries()) bytes.setFloat64(i * 8, value, true);
  return { name, data_type: DataType.DOUBLE, dims, raw_data: new Uint8Array(bytes.buffer) };
}

/** Whole numbers: of axes (dims [n]) or an index (dims []). */
export function integers(name: string, dims: number[], values: readonly number[]): OnnxTensor {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  for (const [i, value] of values.entries()) bytes.setBigInt64(i * 8, BigInt(value), true);
  return { name, data_type: DataType.INT64, dims, raw_data: new Uint8Array(bytes.buffer) };
}

function valueInfo({ name, shape }: TensorSpec): OnnxValueInfo {
  const dim = shape.map((size) => (size === 'N' ? { dim_param: 'N' } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: DataType.DOUBLE, shape: { dim } } } };
}
