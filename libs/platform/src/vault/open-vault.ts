import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type EnvSource, parseEnv } from '../config/load.env.js';
import { PlatformEnv } from '../config/platform.env.js';
import { AppError } from '../errors/app-error.js';
import { createLogger, type Logger } from '../logging/create-logger.js';
import { AppRole } from './app-role.js';
import { VaultDatabaseLogin } from './database-login.js';
import { Vault } from './vault.js';
import { VaultClient, VaultError } from './vault-client.js';
import { VaultSession } from './vault-session.js';
import { VaultEnv } from './vault.env.js';

const Secret = z.object({ data: z.object({ data: z.record(z.string(), z.string()) }) });

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface OpenVaultOptions {
  /** Name of the service. */
  readonly name: string;
  readonly source: EnvSource;
  /** How long to wait for a Vault that is away or sealed, ms. */
  readonly patienceMs: number;
}

export interface OpenedVault<S extends z.ZodObject> {
  readonly env: Readonly<z.infer<S>>;
  readonly vault: Vault;
}

/**
 * Logs in, and reads the configuration with what Vault holds of it.
 *
 * @throws AppError caller config.invalid when it is incomplete, or Vault refuses; transient service.not_ready when Vault
 *   stays away
 */
export async function openVault<S extends z.ZodObject>(
  schema: S,
  { name, source, patienceMs }: OpenVaultOptions,
): Promise<OpenedVault<S>> {
  const vaultEnv = parseEnv(VaultEnv, source);
  const { LOG_LEVEL: level, LOG_PRETTY: pretty, REGION: region } = parseEnv(LogEnv, source);
  const logger = createLogger(name, { level, pretty, region });
  const patiently = waiter(logger, performance.now() + patienceMs);
  const client = new VaultClient(addressOf(vaultEnv), vaultEnv.VAULT_CACERT);
  const appRole = new AppRole(client, vaultEnv);
  const session = await patiently(() => VaultSession.start(client, appRole, logger));
  const values = await patiently(() => readSecrets(session, vaultEnv.VAULT_KV_PATHS));
  const env = parseEnv(schema, overlaid(source, values));
  const role = databaseRole(vaultEnv, env);
  const login = role && (await patiently(() => VaultDatabaseLogin.start(session, role, logger)));
  return { env, vault: new Vault(client, session, login || undefined) };
}

const LogEnv = PlatformEnv.pick({ LOG_LEVEL: true, LOG_PRETTY: true, REGION: true });

function addressOf(env: VaultEnv): string {
  const one = [env.VAULT_SECRET_ID_FILE, env.VAULT_WRAPPED_SECRET_ID_FILE].filter(Boolean);
  if (env.VAULT_ADDR && env.VAULT_ROLE_ID && one.length === 1) return env.VAULT_ADDR;
  throw invalid(
    'with VAULT_ADDR set a service logs in to Vault: give VAULT_ROLE_ID_FILE, and either VAULT_SECRET_ID_FILE or VAULT_WRAPPED_SECRET_ID_FILE',
  );
}

/** Queues and events on PostgreSQL listen on connections that last, and those would end with their user. */
function databaseRole(env: VaultEnv, service: object): string | undefined {
  const { REDIS_URL } = service as { REDIS_URL?: string };
  if (env.VAULT_DATABASE_ROLE === undefined || REDIS_URL) return env.VAULT_DATABASE_ROLE;
  throw invalid('VAULT_DATABASE_ROLE needs REDIS_URL: without it queues and events keep their connections');
}

/** All keys of all paths; of the same key the later one. */
async function readSecrets(session: VaultSession, paths: readonly string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const path of paths) {
    const [engine = '', ...rest] = path.split('/');
    const { data } = await session.send(Secret, { path: `${engine}/data/${rest.join('/')}` });
    Object.assign(values, data.data);
  }
  return values;
}

/** Whoever writes a variable into Vault means that one: it takes the place of the environment's and of the file's. */
function overlaid(source: EnvSource, values: Readonly<Record<string, string>>): EnvSource {
  const files = Object.fromEntries(Object.keys(values).map((name) => [`${name}_FILE`, undefined]));
  return { ...source, ...files, ...values };
}

/** Repeats what fails because Vault is away or sealed, until its time is up. */
function waiter(logger: Logger, endsAt: number) {
  return async <T>(work: () => Promise<T>): Promise<T> => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        if (!error.isPassing) throw invalid(error.message, error);
        const waitMs = Math.max(pauseMs * (0.5 + Math.random() / 2), error.retryAfterMs);
        if (performance.now() + waitMs > endsAt) throw away(error);
        logger.warn({ reason: error.message }, 'waiting for Vault');
        await sleep(waitMs);
      }
    }
  };
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('caller', 'config.invalid', message, {}, { cause });
}

function away(cause: VaultError): AppError {
  const message = `no configuration without Vault, and it stays away: ${cause.message}; unseal it, or correct VAULT_ADDR`;
  return new AppError('transient', 'service.not_ready', message, {}, { cause });
}
