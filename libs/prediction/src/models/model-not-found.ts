import { AppError } from '@btcforecast/platform';
import type { ModelReference } from './model-files.js';

/** caller model.not_found */
export function modelNotFound(model: ModelReference | string): AppError {
  const text = typeof model === 'string' ? model : `${model.name}@${model.version}`;
  const message = `there is no model ${text}; GET /v1/models, or btcf models list, names all`;
  return new AppError('caller', 'model.not_found', message, { model: text });
}
