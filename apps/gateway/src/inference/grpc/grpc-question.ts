import { INFERENCE_DATATYPE } from '@btcforecast/contracts';
import { type InferQuestion, refuseUnoffered, requireDatatype, schedule } from '../infer-question.js';
import type { InferAnswer } from '../infer-reply.js';
import { unfit, unreadable } from '../inference-error.js';
import { bytesOf, numbersOfBytes } from '../tensor-data.js';
import type { GrpcParameter, GrpcParameters, ModelInferRequest, ModelInferResponse } from './messages.js';

type Input = ModelInferRequest['inputs'][number];

const MAX_TENSORS = 64;
const MAX_AXES = 8;
const LONGEST_NAME = 200;

/**
 * An inference request as it came by gRPC: numbers in `contents`, or as bytes in `raw_input_contents`.
 *
 * @throws AppError caller request.invalid, inference.invalid
 */
export function grpcQuestion(request: ModelInferRequest): InferQuestion {
  const { inputs, outputs, raw_input_contents: raw } = request;
  requireSizes(request);
  const isRaw = raw.length > 0;
  if (isRaw && raw.length !== inputs.length) {
    throw unreadable(
      `raw_input_contents has ${raw.length} entries for ${inputs.length} inputs; it needs one for each`,
    );
  }
  const numbers = inputs.map((input, i) => numbersIn(`inputs[${i}]`, input, raw[i]));
  for (const [i, { parameters }] of outputs.entries()) refuseUnoffered(`outputs[${i}]`, plain(parameters));
  return {
    id: request.id,
    inputs: inputs.map(({ name, shape }) => ({ name, shape: [...shape] })),
    numbers,
    outputs: outputs.length === 0 ? null : outputs.map(({ name }) => name),
    ...schedule(plain(request.parameters)),
    isBinary: () => isRaw,
  };
}

/** An answer in the way the question came. */
export function grpcAnswer(
  { model, version, outputs }: InferAnswer,
  question: InferQuestion,
): ModelInferResponse {
  const isRaw = question.isBinary('');
  return {
    model_name: model,
    model_version: String(version),
    id: question.id ?? '',
    outputs: outputs.map(({ name, shape, numbers }) => ({
      ...{ name, datatype: INFERENCE_DATATYPE, shape },
      ...(!isRaw && { contents: { fp64_contents: Array.from(numbers) } }),
    })),
    ...(isRaw && { raw_output_contents: outputs.map(({ numbers }) => bytesOf(numbers)) }),
  };
}

/** Parameters as REST has them. */
export function plain(parameters: GrpcParameters): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) => {
      const value = valueOf(parameter);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function valueOf(parameter: GrpcParameter): string | number | boolean | undefined {
  const { parameter_choice: choice } = parameter;
  const value = choice && parameter[choice];
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

function numbersIn(where: string, input: Input, raw: Buffer | undefined): Float64Array {
  const { datatype, shape, parameters, contents } = input;
  requireDatatype(where, datatype);
  refuseUnoffered(where, plain(parameters));
  const filled = Object.entries(contents ?? {}).filter(([, values]) => values.length > 0);
  if (raw) {
    if (filled.length === 0) return numbersOfBytes(where, shape, raw);
    throw unreadable(`${where} has contents, which must be empty where raw_input_contents is used`);
  }
  const [stranger] = filled.find(([field]) => field !== 'fp64_contents') ?? [];
  if (stranger) throw unfit(`${where} has ${stranger}; its datatype needs fp64_contents`);
  return typedNumbers(where, shape, (contents?.['fp64_contents'] ?? []) as readonly number[]);
}

function typedNumbers(where: string, shape: readonly number[], values: readonly number[]): Float64Array {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (values.length === size) return Float64Array.from(values);
  throw unfit(`${where} has ${values.length} numbers where its shape says ${size}`);
}

/** What a message between services may hold; REST has the same limits in its schema. */
function requireSizes({ inputs, outputs }: ModelInferRequest): void {
  if (inputs.length === 0) throw unreadable('inputs must name every input of the model');
  if (inputs.length > MAX_TENSORS || outputs.length > MAX_TENSORS) {
    throw unreadable(`there may be at most ${MAX_TENSORS} inputs and as many outputs`);
  }
  for (const { name } of [...inputs, ...outputs]) {
    if (name.length < 1 || name.length > LONGEST_NAME) {
      throw unreadable(`names must have 1 to ${LONGEST_NAME} characters`);
    }
  }
  for (const { shape } of inputs) {
    const isShape =
      shape.length <= MAX_AXES && shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0);
    if (!isShape) throw unreadable(`shapes must have at most ${MAX_AXES} axes of whole numbers, 0 or more`);
  }
}
