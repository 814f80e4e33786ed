import type { ModelManifest } from '@btcforecast/training';
import type { EvaluationCheck } from './evaluation-check.js';
import { check } from './evaluation-check.js';
import type { GraphTensor, GraphValue, ReadGraph } from './graph-reader.js';
import { PLAIN_OPERATORS } from './plain-operators.js';
import type { TechnicalPolicy } from './technical-policy.js';

/** Codes of TensorProto.DataType, and the bytes of one element. */
const ELEMENT_BYTES: Readonly<Record<number, number>> = { 1: 4, 6: 4, 7: 8, 9: 1, 11: 8 };
const DOUBLE = 11;
const DEFAULT_DOMAINS = ['', 'ai.onnx'];
const MAX_NAMED = 5;

/** Looks at a graph without running it. */
export function graphChecks(
  model: ReadGraph,
  manifest: Pick<ModelManifest, 'inputs' | 'outputs' | 'onnx'>,
  policy: TechnicalPolicy,
): EvaluationCheck[] {
  const { graph } = model;
  const tensors = [
    ...graph.initializer,
    ...graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? [])),
  ];
  return [
    versions(model, manifest.onnx.opset, policy),
    operators(model, policy),
    tensorData(tensors),
    values('inputs', graph.input, manifest.inputs),
    values('outputs', graph.output, manifest.outputs),
  ];
}

/** How often each operator stands in a graph. */
export function operatorCounts({ graph }: ReadGraph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op_type } of graph.node) counts[op_type] = (counts[op_type] ?? 0) + 1;
  return counts;
}

function versions(
  model: ReadGraph,
  stated: number,
  { irVersions, opsets }: TechnicalPolicy,
): EvaluationCheck {
  const sets = model.opset_import;
  const opset = sets[0]?.version ?? 0;
  const within = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high;
  const passed =
    sets.length === 1 &&
    DEFAULT_DOMAINS.includes(sets[0]!.domain) &&
    opset === stated &&
    within(opset, opsets) &&
    within(model.ir_version, irVersions);
  const imported = sets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ');
  return check(
    'versions',
    passed,
    `format ${model.ir_version} (${irVersions.join(' to ')} are accepted), operator sets ${imported || 'none'} ` +
      `(only ai.onnx ${opsets.join(' to ')}; the manifest says ${stated})`,
  );
}

function operators({ graph }: ReadGraph, { maxNodes }: TechnicalPolicy): EvaluationCheck {
  const refused = new Set(
    graph.node
      .filter(({ op_type, domain }) => !DEFAULT_DOMAINS.includes(domain) || !PLAIN_OPERATORS.has(op_type))
      .map(({ op_type, domain }) => (domain === '' ? op_type : `${domain}.${op_type}`)),
  );
  const named = [...refused].slice(0, MAX_NAMED).map((name) => name.slice(0, 80));
  if (refused.size > 0) {
    const more = refused.size > MAX_NAMED ? ` and ${refused.size - MAX_NAMED} more` : '';
    return check(
      'operators',
      false,
      `it uses ${named.join(', ')}${more}: no custom operators, no control flow, nothing random are accepted`,
    );
  }
  return check(
    'operators',
    graph.node.length <= maxNodes,
    `${graph.node.length} of at most ${maxNodes} nodes`,
  );
}

function tensorData(tensors: readonly GraphTensor[]): EvaluationCheck {
  const problem = tensors.map(problemOf).find((found) => found !== null);
  if (problem) return check('tensors', false, problem);
  const bytes = tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  return check('tensors', true, `${tensors.length} constant tensors, ${bytes} bytes, all in the file`);
}

function problemOf(tensor: GraphTensor): string | null {
  const what = `the constant tensor "${tensor.name.slice(0, 80)}"`;
  if (tensor.data_location !== 0) return `${what} lies outside the file (external data)`;
  const bytes = ELEMENT_BYTES[tensor.data_type];
  if (!bytes)
    return `${what} has elements of the type ${tensor.data_type}; numbers and booleans are accepted`;
  const elements = tensor.dims.reduce((product, size) => product * size, 1);
  const held = tensor.raw_data.length > 0 ? tensor.raw_data.length / bytes : typedElements(tensor);
  if (tensor.dims.some((size) => size < 0) || elements !== held) {
    return `${what} has the shape [${tensor.dims.join(', ')}] and ${held} elements`;
  }
  return null;
}

function sizeOf(tensor: GraphTensor): number {
  return tensor.dims.reduce((product, size) => product * size, ELEMENT_BYTES[tensor.data_type] ?? 0);
}

function typedElements({ float_data, double_data, int32_data, int64_data }: GraphTensor): number {
  return float_data.length + double_data.length + int32_data.length + int64_data.length;
}

function values(
  side: 'inputs' | 'outputs',
  found: readonly GraphValue[],
  stated: ModelManifest['inputs'],
): EvaluationCheck {
  const actual = found.map(describeValue).join('; ').slice(0, 500);
  const wanted = stated.map(({ name, shape }) => `${name}: double[${shape.join(', ')}]`).join('; ');
  const passed = actual === wanted;
  return check(side, passed, passed ? actual : `they are ${actual || 'none'}; the manifest says ${wanted}`);
}

function describeValue({ name, type }: GraphValue): string {
  const tensor = type?.tensor_type;
  if (!tensor?.shape) return `${name}: no tensor of a known rank`;
  const element = tensor.elem_type === DOUBLE ? 'double' : `element type ${tensor.elem_type}`;
  return `${name}: ${element}[${tensor.shape.dim.map((dim) => dim.dim_value ?? 'N').join(', ')}]`;
}
