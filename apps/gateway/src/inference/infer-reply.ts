import { INFERENCE_DATATYPE } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { bytesOf } from './tensor-data.js';

/** What a model answered. */
export interface InferAnswer {
  readonly model: string;
  readonly version: number;
  readonly outputs: readonly InferOutput[];
}
export interface InferOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numbers: Float64Array;
}

/** A reply, ready to be sent. */
export interface InferBody {
  readonly body: string | Buffer;
  /** Length of the JSON in bytes when bytes follow it; undefined: it is all. */
  readonly jsonLength: number | undefined;
}

/**
 * An answer as the protocol has it. Written by hand, since it is mostly numbers, and these are most of the work.
 *
 * @throws AppError caller inference.failed when an output that is wanted as JSON holds what JSON cannot say
 */
export function inferBody(
  { model, version, outputs }: InferAnswer,
  id: string,
  isBinary: (output: string) => boolean,
): InferBody {
  const parts: Buffer[] = [];
  const tensors = outputs.map(({ name, shape, numbers }) => {
    const head = `{"name":${JSON.stringify(name)},"datatype":"${INFERENCE_DATATYPE}","shape":[${shape.join(',')}],`;
    if (!isBinary(name)) return `${head}"data":[${jsonNumbers(name, numbers)}]}`;
    parts.push(bytesOf(numbers));
    return `${head}"parameters":{"binary_data_size":${numbers.byteLength}}}`;
  });
  const text =
    `{"model_name":${JSON.stringify(model)},"model_version":"${version}","id":${JSON.stringify(id)},` +
    `"outputs":[${tensors.join(',')}]}`;
  if (parts.length === 0) return { body: text, jsonLength: undefined };
  const json = Buffer.from(text);
  return { body: Buffer.concat([json, ...parts]), jsonLength: json.length };
}

/** The shortest decimals that give the same bits back. */
function jsonNumbers(name: string, numbers: Float64Array): string {
  for (let i = 0; i < numbers.length; i += 1) {
    if (Number.isFinite(numbers[i])) continue;
    throw new AppError(
      'caller',
      'inference.failed',
      `the output ${name} holds NaN or Infinity for these inputs, which JSON cannot say; correct the inputs, or ask for ` +
        'the output as binary data',
    );
  }
  return numbers.join();
}
