import type { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import type { Vault } from '../vault/vault.js';
import { EXIT_CONFIG, loadEnv } from './load.env.js';

export interface ServiceConfiguration<S extends z.ZodObject> {
  readonly env: Readonly<z.infer<S>>;
  /** undefined unless VAULT_ADDR is set. */
  readonly vault: Vault | undefined;
}

const PATIENCE_MS = 60_000;

/**
 * Configuration of a service: from the environment and files, as {@link loadEnv}; with VAULT_ADDR from Vault too, which
 * is waited for a minute. Ends the process with code 78 when it is invalid, with 1 when Vault stays away.
 */
export async function loadServiceEnv<S extends z.ZodObject>(
  name: string,
  schema: S,
): Promise<ServiceConfiguration<S>> {
  const source = process.env;
  if (!source['VAULT_ADDR']) return { env: loadEnv(schema), vault: undefined };
  // Loaded here, by those who use it.
  const { openVault } = await import('../vault/open-vault.js');
  try {
    return await openVault(schema, { name, source, patienceMs: PATIENCE_MS });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.kind === 'caller' ? EXIT_CONFIG : 1);
  }
}
