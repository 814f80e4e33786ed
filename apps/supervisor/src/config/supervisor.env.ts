import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** What the supervisor itself takes from its environment; the services check theirs. */
export interface SupervisorEnv {
  /** Absolute. */
  readonly dataDir: string;
  /** Folder in which the user typed the command: what --file is relative to. */
  readonly typedIn: string;
  readonly tracing: boolean;
  /** Handed on to the services, without what npm adds. */
  readonly inherited: Readonly<Record<string, string>>;
}

/**
 * Read once, after `.env` of the current folder, where there is one. Reads process.env directly and not through
 * the services' loader, which would load half the framework into a process that only starts others.
 */
export function readSupervisorEnv(): SupervisorEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { env } = process;
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('npm_'),
  );
  return {
    dataDir: resolve(env.BTCF_DATA_DIR || '.btcforecast'),
    typedIn: env.INIT_CWD || process.cwd(),
    tracing: Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT),
    inherited: Object.fromEntries(entries),
  };
}
