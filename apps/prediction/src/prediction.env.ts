import { DEFAULT_RPC_PORTS, PlatformEnv, ReplicaEnv } from '@btcforecast/platform';
import { ChampionEnv } from '@btcforecast/prediction';
import { z } from 'zod';

export const PredictionEnv = PlatformEnv.extend({
  RPC_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(DEFAULT_RPC_PORTS.prediction)
    .describe('Port on which this service answers calls; 0: any'),
  MODELS_DIR: z
    .string()
    .default('models')
    .describe('Folder of the shipped models, <name>/<version>; relative to the working folder'),
  INFERENCE_MAX_LOADED: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(8)
    .describe(
      'Versions that may be loaded for inference beside the champions; each uploaded one is a process',
    ),
  FORECAST_JOURNAL_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of this process alone, in which forecasts wait for the primary; absent: without it none is made. Needs DATABASE_REPLICA_URL',
    ),
  FORECAST_JOURNAL_MAX_MEGABYTES: z.coerce
    .number()
    .positive()
    .default(64)
    .describe(
      'Size of the journal at which no further forecast is made; an hour of one instrument is some 30 kB',
    ),
  ...ReplicaEnv.shape,
  ...ChampionEnv.shape,
});
export type PredictionEnv = Readonly<z.infer<typeof PredictionEnv>>;
