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
  ...ReplicaEnv.shape,
  ...ChampionEnv.shape,
});
export type PredictionEnv = Readonly<z.infer<typeof PredictionEnv>>;
