import type { ModelInputs, ModelManifest } from '@btcforecast/training';

/** What a graph says for one origin. */
export interface RawAnswer {
  /** Log-return quantiles as the graph gave them, shape [H][L]; not yet sorted. */
  readonly quantiles: readonly Float64Array[];
  /** Standard deviation of the log return, shape [H], > 0. */
  readonly sigma: Float64Array;
}

/** A model in memory: a graph in a runtime. */
export interface LoadedModel {
  readonly manifest: ModelManifest;
  /** Answers in the order of the inputs, by one run; their bits do not depend on what else is in the run. */
  predict(inputs: readonly ModelInputs[]): Promise<readonly RawAnswer[]>;
  /** Gives its memory back; it answers no more. */
  release(): Promise<void>;
}
