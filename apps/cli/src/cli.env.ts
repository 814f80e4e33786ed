import { loadEnv } from '@btcforecast/platform/config';
import { z } from 'zod';

export const CliEnv = z.object({
  BTCF_DATA_DIR: z.string().default('.btcforecast').describe('Data folder of the system on this machine'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta({
      description: 'PostgreSQL connection string; unset: the database of the running system',
      secret: true,
    }),
  TRACK_RECORD_KEY_FILE: z
    .string()
    .optional()
    .describe('Private key that signs the track record; unset: track-record.key in the data folder'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta({ description: 'Redis for queues, if the system uses one', secret: true }),
});
export type CliEnv = Readonly<z.infer<typeof CliEnv>>;

export function loadCliEnv(): CliEnv {
  return loadEnv(CliEnv);
}
