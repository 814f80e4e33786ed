import type { HourlyWindow } from '@btcforecast/timeseries';
import type { TrainedManifest } from './model-manifest.js';

export interface TrainingRequest {
  /** Hourly candles, as long a history as there is: what lies before `from` still feeds features and weights. */
  readonly history: HourlyWindow;
  /** Nothing that closes after this instant is seen, outcomes included; ms, a full hour. */
  readonly to: number;
  /** First fitted origin, ms; nothing is fitted or chosen on earlier ones. Default: the family's choice. */
  readonly from?: number;
  readonly name: string;
  readonly version: number;
  readonly instrument: string;
  /** Other instruments to fit the same model to; only for families that pool. */
  readonly others?: readonly { readonly instrument: string; readonly history: HourlyWindow }[];
  /** Version of the program, for the manifest. */
  readonly codeVersion: string;
  readonly onProgress?: (stage: TrainingStage, share: number) => void;
}
export type TrainingStage = 'features' | 'weights' | 'fit';

export interface TrainedModel<M extends TrainedManifest = TrainedManifest> {
  readonly onnx: Uint8Array;
  readonly manifest: M;
}
