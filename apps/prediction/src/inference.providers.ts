import { ENV, EventBus } from '@btcforecast/platform';
import {
  InferenceLoadRepository,
  InferenceRecords,
  InferenceService,
  ModelStore,
  openModel,
  ServedModels,
} from '@btcforecast/prediction';
import type { Provider } from '@nestjs/common';
import { InferenceMetrics } from './inference.metrics.js';
import { InferenceRefresh } from './inference-refresh.js';
import { ModelWatcher } from './model-watcher.js';
import type { PredictionEnv } from './prediction.env.js';

/** What answers whoever asks a model directly. */
export const inferenceProviders: Provider[] = [
  InferenceLoadRepository,
  InferenceRecords,
  InferenceMetrics,
  InferenceRefresh,
  {
    provide: ServedModels,
    inject: [ModelStore, InferenceRecords, InferenceMetrics, ModelWatcher],
    useFactory: (
      store: ModelStore,
      records: InferenceRecords,
      watch: InferenceMetrics,
      watcher: ModelWatcher,
    ) =>
      new ServedModels({
        ...{ store, records, watch },
        open: (files) =>
          openModel(files, files.status, {
            onRestart: (reason) => watcher.restarted(files.manifest, reason),
          }),
      }),
  },
  {
    provide: InferenceService,
    inject: [ServedModels, InferenceRecords, EventBus, InferenceMetrics, ENV],
    useFactory: (
      served: ServedModels,
      records: InferenceRecords,
      events: EventBus,
      watch: InferenceMetrics,
      env: PredictionEnv,
    ) => new InferenceService({ served, records, events, watch, maxLoaded: env.INFERENCE_MAX_LOADED }),
  },
];
