import type { Alias } from '@btcforecast/contracts';
import type { ModelReference } from './model-files.js';

/** Told of what happens to the models in memory; for metrics and logs. */
export interface ModelWatch {
  /** A version could not be loaded, or failed while it ran; others go on. */
  failed(model: ModelReference, error: Error): void;
  /** From an origin on another version answers for the instrument. */
  swapped(instrument: string, from: ModelReference, to: ModelReference): void;
  /** Who holds an alias now; told when it changes. */
  assigned(instrument: string, alias: Alias, model: ModelReference | null): void;
}
