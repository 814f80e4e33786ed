import { ENV, HealthRegistry } from '@btcforecast/platform';
import {
  ChampionSettings,
  FeedSettings,
  ModelRecords,
  ModelStore,
  openModel,
  type RegisteredFiles,
} from '@btcforecast/prediction';
import { ModelWatcher } from './model-watcher.js';
import type { PredictionEnv } from './prediction.env.js';

export const modelStoreProvider = {
  provide: ModelStore,
  inject: [ENV, FeedSettings, ChampionSettings, ModelRecords, ModelWatcher, HealthRegistry],
  useFactory: async (
    env: PredictionEnv,
    { feed, instruments }: FeedSettings,
    settings: ChampionSettings,
    records: ModelRecords,
    watch: ModelWatcher,
    health: HealthRegistry,
  ): Promise<ModelStore> => {
    const open = (files: RegisteredFiles) =>
      openModel(files, files.status, { onRestart: (reason) => watch.restarted(files.manifest, reason) });
    const store = await ModelStore.open(
      { feed, instruments, folder: env.MODELS_DIR, settings, watch, open },
      records,
    );
    health.addNotes(() =>
      store.failing.map(({ model, reason }) => `the model ${model} cannot answer: ${reason}`),
    );
    return store;
  },
};
