import type { ModelStatus } from '@btcforecast/contracts';
import type { LoadedModel } from '@btcforecast/forecasting';
import type { GraphModel } from '../inference/graph-model.js';
import type { ModelFiles } from '../models/model-files.js';
import { OnnxModel } from '../models/onnx-model.js';
import { IsolatedModel, type IsolatedModelOptions } from './isolated-model.js';

/**
 * Loads a model where it belongs: what was made here runs beside us, what a user brought in a process of its own.
 *
 * @throws AppError caller config.invalid when it is not what its manifest says; transient forecast.model_not_ready when
 *   a process of its own does not come up
 */
export function openModel(
  files: ModelFiles,
  status: ModelStatus,
  options: IsolatedModelOptions = {},
): Promise<LoadedModel & GraphModel> {
  return status === 'uploaded' ? IsolatedModel.open(files, options) : OnnxModel.load(files);
}
