import { AppError } from '@btcforecast/platform';

/**
 * Takes the numbers of a message apart.
 *
 * @param shapes of the tensors of each call
 * @param data float64, little-endian, all tensors end to end, base64
 * @throws AppError caller rpc.invalid_message when the shapes ask for more or fewer numbers than there are
 */
export function splitNumbers(
  shapes: readonly (readonly (readonly number[])[])[],
  data: string,
): Float64Array[][] {
  const bytes = Buffer.byteLength(data, 'base64');
  const numbers = new Float64Array(Math.ceil(bytes / 8));
  const written = Buffer.from(numbers.buffer).write(data, 'base64'); // aligned, unlike a buffer of its own
  let at = 0;
  const tensors = shapes.map((call) =>
    call.map((shape) => {
      const from = at;
      at += shape.reduce((product, size) => product * size, 1);
      return numbers.subarray(from, at);
    }),
  );
  if (written === at * 8 && bytes === written) return tensors;
  throw new AppError(
    'caller',
    'rpc.invalid_message',
    `${written} bytes were sent where the shapes need ${at * 8}`,
  );
}

/** The inverse: all tensors end to end, base64. */
export function joinNumbers(tensors: readonly Float64Array[]): string {
  const views = tensors.map((tensor) => Buffer.from(tensor.buffer, tensor.byteOffset, tensor.byteLength));
  return (views.length === 1 ? views[0]! : Buffer.concat(views)).toString('base64');
}
