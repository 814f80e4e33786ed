import type { HourlyWindow } from '@btcforecast/timeseries';
import { trainHar, type ModelManifest, type TrainedModel } from '@btcforecast/training';

export interface RefitRequest {
  readonly history: HourlyWindow;
  /** ms; nothing that closes later is seen, outcomes included. */
  readonly fittedAt: number;
  readonly instrument: string;
  readonly codeVersion: string;
}

/**
 * Trains a model of the same family anew, on what was known at an instant. It carries the name and version of the one
 * that it stands in for.
 *
 * @throws InsufficientHistoryError if too little lies before the instant
 */
export function refittedModel(
  { name, version }: Pick<ModelManifest, 'name' | 'version'>,
  { history, fittedAt, instrument, codeVersion }: RefitRequest,
): TrainedModel {
  return trainHar({ history, to: fittedAt, name, version, instrument, codeVersion });
}
