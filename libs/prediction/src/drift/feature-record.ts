import { INPUT_BLOCKS, type ModelManifest } from '@btcforecast/training';

/** One feature of a model: where it lies in what a forecast was given, and what it was like in training. */
export interface FeatureRecord {
  readonly name: string;
  /** Index in the record of a forecast, the same for every horizon. */
  readonly index: number;
  readonly mean: number;
  readonly deviation: number;
}

/** The features of a model by the moments in its manifest; none where it has no features or says nothing of them. */
export function featureRecords(manifest: ModelManifest): FeatureRecord[] {
  const offset = featuresOffset(manifest);
  if (offset === null || !('fit' in manifest)) return [];
  const { means, deviations } = manifest.fit;
  return manifest.features.flatMap((name, i) => {
    const [mean, deviation] = [means[i], deviations[i]];
    return mean === undefined || deviation === undefined
      ? []
      : [{ name, index: offset + i, mean, deviation }];
  });
}

/** What lies before the features in the record of a forecast: whole inputs, or one row of those with horizons. */
function featuresOffset({ inputs }: ModelManifest): number | null {
  let offset = 0;
  for (const { name, shape } of inputs) {
    if (name === 'features') return offset;
    const sizes = shape.slice(INPUT_BLOCKS[name]?.axes[0] === 'H' ? 2 : 1);
    offset += sizes.reduce<number>((product, size) => product * Number(size), 1);
  }
  return null;
}
