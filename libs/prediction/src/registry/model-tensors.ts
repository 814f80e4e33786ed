import type { RawAnswer } from '@btcforecast/forecasting';
import { stackBlock, type ModelInputs, type ModelManifest } from '@btcforecast/training';
import type { TensorData } from './isolated-session.js';

type Rows = readonly Pick<ModelInputs, 'blocks'>[];

/** Rows laid end to end, one tensor for each input of the graph. */
export function feedsOf({ inputs }: ModelManifest, rows: Rows): TensorData[] {
  return inputs.map(({ name, shape }) => ({
    name,
    dims: shape.map((size) => (size === 'N' ? rows.length : size)),
    data: stackBlock(rows, name),
  }));
}

/**
 * The answers of a run, one for each row. What comes from another process is believed only as far as it has the
 * promised form.
 *
 * @throws RangeError if an output is missing or has another shape than the manifest says
 */
export function answersOf(
  manifest: ModelManifest,
  rows: number,
  outputs: readonly TensorData[],
): RawAnswer[] {
  const [quantiles, sigma] = ['quantiles', 'sigma'].map(
    (name) => outputOf(manifest, name, rows, outputs).data,
  );
  const [H, L] = [manifest.horizonsHours.length, manifest.levels.length];
  return Array.from({ length: rows }, (_, row) => ({
    quantiles: Array.from({ length: H }, (_, h) => {
      const start = (row * H + h) * L;
      return quantiles!.slice(start, start + L);
    }),
    sigma: sigma!.slice(row * H, (row + 1) * H),
  }));
}

/** The outputs in the order of the manifest. @throws RangeError as {@link answersOf} */
export function checkedOutputs(
  manifest: ModelManifest,
  rows: number,
  outputs: readonly TensorData[],
): TensorData[] {
  return manifest.outputs.map(({ name }) => outputOf(manifest, name, rows, outputs));
}

function outputOf(
  manifest: ModelManifest,
  name: string,
  rows: number,
  outputs: readonly TensorData[],
): TensorData {
  const stated = manifest.outputs.find((output) => output.name === name);
  const found = outputs.find((output) => output.name === name);
  if (!stated || !found) throw new RangeError(`there is no output ${name}`);
  const dims = stated.shape.map((size) => (size === 'N' ? rows : size));
  const elements = dims.reduce((product, size) => product * size, 1);
  const fits = found.data instanceof Float64Array && found.data.length === elements;
  if (fits && found.dims.join() === dims.join()) return found;
  throw new RangeError(
    `the output ${name} has the shape [${found.dims.join(', ')}], not [${dims.join(', ')}]`,
  );
}
