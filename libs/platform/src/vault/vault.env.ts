import { z } from 'zod';
import { secret } from '../config/describe-env.js';

/** `engine/path`: where something lies in Vault; the engine is what stands before the first slash. */
const place = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)+$/, 'must be engine/path, e.g. secret/btcforecast/worker');

/**
 * How a service reaches Vault: from the environment or from files, before anything else is read. VAULT_ADDR and
 * VAULT_CACERT are called as Vault's own programs call them.
 */
export const VaultEnv = z.object({
  VAULT_ADDR: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of Vault, from which secrets come then; unset: from the environment and files alone'),
  VAULT_CACERT: z.string().optional().describe('Authority that signed the certificate of Vault, PEM file'),
  VAULT_ROLE_ID: secret('Role id of this service (AppRole); better as VAULT_ROLE_ID_FILE').optional(),
  VAULT_SECRET_ID_FILE: z
    .string()
    .optional()
    .describe('File of the secret id that goes with it; read again at each login'),
  VAULT_WRAPPED_SECRET_ID_FILE: z
    .string()
    .optional()
    .describe('Instead: file of the token that a secret id is wrapped in, which opens it once'),
  VAULT_KV_PATHS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((path) => path.trim() || []))
    .pipe(z.array(place))
    .describe(
      'Secrets (KV version 2) whose keys are names of variables, e.g. secret/btcforecast/common, separated by commas; a later one wins',
    ),
  VAULT_DATABASE_ROLE: place
    .optional()
    .describe(
      'Role of the database engine that gives user and password for PostgreSQL, e.g. database/btcforecast; unset: those of DATABASE_URL. Needs REDIS_URL',
    ),
});
export type VaultEnv = Readonly<z.infer<typeof VaultEnv>>;
