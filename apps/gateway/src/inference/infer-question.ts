import {
  INFERENCE_DATATYPE,
  type InferenceCall,
  type InferenceParameters,
  InferRequest,
  issueWords,
} from '@btcforecast/contracts';
import { InvalidRequestError } from '../http/request-error.js';
import { unfit, unreadable } from './inference-error.js';
import { numbersOf, numbersOfBytes } from './tensor-data.js';

/** What to ask a model, without which model and until when. */
export interface InferQuestion {
  /** As sent; undefined: none was. */
  readonly id: string | undefined;
  readonly inputs: InferenceCall['inputs'];
  /** One for each input. */
  readonly numbers: readonly Float64Array[];
  readonly outputs: readonly string[] | null;
  readonly priority: number;
  /** How long it may take, ms; undefined: the usual time. */
  readonly timeoutMs: number | undefined;
  /** Whether an output is to be sent as bytes. */
  readonly isBinary: (output: string) => boolean;
}

type Input = InferRequest['inputs'][number];

/** Where `priority` is 0 or missing. */
export const DEFAULT_PRIORITY = 2;
export const PRIORITY_LEVELS = 3;
const DIGITS = /^\d{1,9}$/;
/** Extensions that change what is asked, so that they must not be passed over in silence. */
const NOT_OFFERED = ['shared_memory_region', 'classification'];

/**
 * Reads the body of an inference request: JSON, or JSON of the length that the header says and bytes behind it.
 *
 * @param jsonLength the header Inference-Header-Content-Length
 * @throws AppError caller request.invalid, inference.invalid
 */
export function readQuestion(body: Buffer, jsonLength: string | undefined): InferQuestion {
  const end = jsonLength === undefined ? body.length : lengthOf(jsonLength, body);
  const { id, parameters, inputs, outputs } = parse(body.toString('utf8', 0, end));
  const bytes = new Bytes(body.subarray(end));
  const numbers = inputs.map((input, i) => numbersIn(`inputs[${i}]`, input, bytes));
  bytes.requireEnd();
  const all = parameters?.['binary_data_output'] === true;
  const binary = new Map(
    outputs?.map((output, i) => [output.name, wantsBytes(`outputs[${i}]`, output.parameters, all)]),
  );
  return {
    id: id ?? undefined,
    inputs: inputs.map(({ name, shape }) => ({ name, shape })),
    numbers,
    outputs: outputs?.map(({ name }) => name) ?? null,
    ...schedule(parameters),
    isBinary: (output) => binary.get(output) ?? all,
  };
}

/** `priority` and `timeout` (µs) of the schedule policy extension. */
export function schedule(
  parameters: InferenceParameters | null | undefined,
): Pick<InferQuestion, 'priority' | 'timeoutMs'> {
  const priority = wholeNumber('priority', parameters) || DEFAULT_PRIORITY;
  const timeout = wholeNumber('timeout', parameters);
  return {
    priority: Math.min(priority, PRIORITY_LEVELS),
    timeoutMs: timeout ? timeout / 1_000 : undefined,
  };
}

function wholeNumber(name: string, parameters: InferenceParameters | null | undefined): number {
  const value = parameters?.[name] ?? 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unreadable(`the parameter ${name} must be a whole number, 0 or more`);
}

/** @throws AppError caller inference.invalid for another type than the models read */
export function requireDatatype(where: string, datatype: string): void {
  if (datatype === INFERENCE_DATATYPE) return;
  throw unfit(
    `${where} must have the datatype ${INFERENCE_DATATYPE}: every model here reads numbers of that type`,
  );
}

function lengthOf(text: string, body: Buffer): number {
  const length = Number(text);
  if (DIGITS.test(text) && length <= body.length) return length;
  throw unreadable(
    `Inference-Header-Content-Length must be the length of the JSON in bytes, at most that of the body, ${body.length}`,
  );
}

function parse(text: string): InferRequest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable(
      'the body is no JSON; note that JSON has no NaN or Infinity, and that with binary data the header ' +
        'Inference-Header-Content-Length must say where the JSON ends',
    );
  }
  const parsed = InferRequest.safeParse(json, { error: issueWords });
  if (parsed.success) return parsed.data;
  throw new InvalidRequestError(
    parsed.error.issues.map(({ path, message }) => ({
      pointer: ['body', ...path].map(String).join('/'),
      detail: message,
    })),
  );
}

function numbersIn(where: string, { shape, datatype, parameters, data }: Input, bytes: Bytes): Float64Array {
  requireDatatype(where, datatype);
  refuseUnoffered(where, parameters);
  const size = parameters?.['binary_data_size'];
  if (size === undefined) {
    if (data) return numbersOf(where, shape, data);
    throw unfit(`${where} has neither data nor the parameter binary_data_size`);
  }
  if (data) throw unfit(`${where} has both data and the parameter binary_data_size`);
  return numbersOfBytes(where, shape, bytes.take(where, size));
}

function wantsBytes(
  where: string,
  parameters: InferenceParameters | null | undefined,
  all: boolean,
): boolean {
  refuseUnoffered(where, parameters);
  const wanted = parameters?.['binary_data'] ?? all;
  if (typeof wanted === 'boolean') return wanted;
  throw unreadable(`the parameter binary_data of ${where} must be true or false`);
}

/** @throws AppError caller inference.invalid for an extension that changes what is asked */
export function refuseUnoffered(where: string, parameters: InferenceParameters | null | undefined): void {
  const found = parameters && NOT_OFFERED.find((name) => Object.hasOwn(parameters, name));
  if (found) throw unfit(`${where} has the parameter ${found}, an extension that is not offered here`);
}

/** What stands behind the JSON, in the order of the inputs. */
class Bytes {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  take(where: string, size: unknown): Buffer {
    const end =
      typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? this.#at + size : Infinity;
    if (end > this.bytes.length) {
      throw unreadable(
        `binary_data_size of ${where} must be a whole number of bytes that follow the JSON; ` +
          `${this.bytes.length - this.#at} are left, and the header Inference-Header-Content-Length must say where the JSON ends`,
      );
    }
    const taken = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  requireEnd(): void {
    const left = this.bytes.length - this.#at;
    if (left > 0) throw unreadable(`${left} bytes follow that belong to no input`);
  }
}
