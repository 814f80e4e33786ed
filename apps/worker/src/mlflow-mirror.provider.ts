import { Clock, ENV } from '@btcforecast/platform';
import {
  AliasRepository,
  MlflowMirror,
  ModelEvaluationRepository,
  ModelVersionRepository,
} from '@btcforecast/prediction';
import type { WorkerEnv } from './worker.env.js';

export const mlflowMirrorProvider = {
  provide: MlflowMirror,
  inject: [ENV, ModelVersionRepository, ModelEvaluationRepository, AliasRepository, Clock],
  useFactory: (
    { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token }: WorkerEnv,
    versions: ModelVersionRepository,
    evaluations: ModelEvaluationRepository,
    aliases: AliasRepository,
    clock: Clock,
  ): MlflowMirror => {
    const sources = { versions, evaluations, aliases, clock };
    return new MlflowMirror(sources, uri ? { uri, ...(token ? { token } : {}) } : null);
  },
};
