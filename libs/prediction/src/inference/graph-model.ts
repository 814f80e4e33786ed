import type { ModelManifest } from '@btcforecast/training';
import type { TensorData } from '../registry/isolated-session.js';

/** A graph in memory that is asked by its tensors; what they mean is the caller's affair. */
export interface GraphModel {
  readonly manifest: ModelManifest;
  /** One run; the outputs in the order of the manifest. The bits of a row do not depend on what else is in the run. */
  run(feeds: readonly TensorData[]): Promise<readonly TensorData[]>;
  /** Gives its memory back; it answers no more. */
  release(): Promise<void>;
}
