import type { ModelReference } from '../models/model-files.js';

/** One run of a graph, times in seconds. */
export interface RunReport {
  readonly rows: number;
  readonly calls: number;
  readonly runSeconds: number;
}

/** Told of what inference does; for metrics and logs. */
export interface InferenceWatch {
  /** A call waited so long before its run. */
  waited(seconds: number): void;
  ran(report: RunReport): void;
  /** A call failed although it was sound, or a version could not be loaded. */
  failed(model: ModelReference, error: Error): void;
}
