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
  DEPLOY_STATE_DIR: z
    .string()
    .default('deploy/state')
    .describe('Where btcf deploy keeps its journals and locks, a folder for each environment'),
  DEPLOY_PROJECT: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'must be small letters, digits, dashes and underscores' })
    .optional()
    .describe('Name of the compose project; unset: btcforecast- and the environment'),
  DEPLOY_HOSTS: z
    .string()
    .optional()
    .describe(
      'Docker engines of regions, as us-west=ssh://ops@us-west,…; the others are on the engine of this machine',
    ),
  DEPLOY_FILES: z
    .string()
    .optional()
    .describe('Compose files of your own that come after ours, separated by commas; {region} is replaced'),
  DEPLOY_CONTEXTS: z
    .string()
    .optional()
    .describe('Contexts of kubectl of regions, as us-west=west,…; the others are in the current context'),
  RESOLVE_IMAGE: z
    .enum(['always', 'changed', 'never'])
    .default('always')
    .describe('never: images are on the nodes of a Swarm and in no registry'),
  BTCF_REGISTRY: z.string().default('btcforecast').describe('Where images of ours come from'),
  SECRETS_DIR: z
    .string()
    .default('deploy/secrets')
    .describe('Folder of the secrets that compose files mount'),
});
export type CliEnv = Readonly<z.infer<typeof CliEnv>>;

export function loadCliEnv(): CliEnv {
  return loadEnv(CliEnv);
}

/** What a program that is started here gets to see, as from a shell. */
export function inheritedEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}
