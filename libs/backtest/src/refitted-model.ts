import type { HourlyWindow } from '@btcforecast/timeseries';
import {
  isTrainableFamily,
  MODEL_FAMILIES,
  type ModelManifest,
  type TrainedModel,
} from '@btcforecast/training';

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
 * @throws RangeError for a model that a user brought; InsufficientHistoryError if too little lies before the instant
 */
export function refittedModel(
  { name, version, family }: Pick<ModelManifest, 'name' | 'version' | 'family'>,
  { history, fittedAt, instrument, codeVersion }: RefitRequest,
): TrainedModel {
  if (!isTrainableFamily(family)) {
    throw new RangeError(
      `${name}@${version} was brought by a user and cannot be fitted anew; use --refit none`,
    );
  }
  return MODEL_FAMILIES[family].train({ history, to: fittedAt, name, version, instrument, codeVersion });
}
