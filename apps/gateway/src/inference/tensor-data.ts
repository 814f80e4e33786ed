import { unfit, unreadable } from './inference-error.js';

const BYTES_PER_NUMBER = 8;
const NO_NUMBER =
  'holds something that is no number of the type FP64; JSON has no NaN or Infinity: send such numbers as binary data';

/**
 * Numbers of a tensor as JSON has them.
 *
 * @param where for messages, e.g. `inputs[0]`
 * @param data flat, or nested as the shape says; row-major
 * @throws AppError caller inference.invalid when there are more or fewer than the shape says, or something is no number
 */
export function numbersOf(where: string, shape: readonly number[], data: readonly unknown[]): Float64Array {
  const numbers = new Float64Array(sizeOf(where, shape));
  if (Array.isArray(data[0])) {
    const end = fill(numbers, 0, shape, data);
    if (end === numbers.length) return numbers;
    throw unfit(
      `${where}.data ${end < 0 ? 'is not nested as its shape says, or ' + NO_NUMBER : 'is too short'}`,
    );
  }
  if (data.length !== numbers.length) {
    throw unfit(`${where}.data has ${data.length} numbers where its shape says ${numbers.length}`);
  }
  for (let i = 0; i < data.length; i += 1) {
    const value = data[i];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw unfit(`${where}.data ${NO_NUMBER}`);
    numbers[i] = value;
  }
  return numbers;
}

/** Returns where the next number goes; -1 when the nesting is another than the shape's or something is no number. */
function fill(into: Float64Array, at: number, [size, ...rest]: readonly number[], data: unknown): number {
  if (size === undefined) {
    if (typeof data !== 'number' || !Number.isFinite(data)) return -1;
    into[at] = data;
    return at + 1;
  }
  if (!Array.isArray(data) || data.length !== size) return -1;
  for (const part of data) {
    at = fill(into, at, rest, part);
    if (at < 0) return -1;
  }
  return at;
}

/**
 * Numbers of a tensor as bytes: little-endian, row-major, without gaps.
 *
 * @throws AppError caller inference.invalid when there are more or fewer bytes than the shape says
 */
export function numbersOfBytes(where: string, shape: readonly number[], bytes: Uint8Array): Float64Array {
  const size = sizeOf(where, shape);
  if (bytes.length !== size * BYTES_PER_NUMBER) {
    throw unfit(
      `${where} has ${bytes.length} bytes where its shape and FP64 need ${size * BYTES_PER_NUMBER}: 8 for each number`,
    );
  }
  const numbers = new Float64Array(size); // aligned, as a part of a body need not be
  new Uint8Array(numbers.buffer).set(bytes);
  return numbers;
}

/** The bytes of numbers, without a copy. Every platform that the program runs on is little-endian. */
export function bytesOf(numbers: Float64Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** More numbers than a body can hold are not made room for. */
const MAX_NUMBERS = 500_000;

function sizeOf(where: string, shape: readonly number[]): number {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (size <= MAX_NUMBERS) return size;
  throw unreadable(`the shape of ${where} has more numbers than a request can carry`);
}
