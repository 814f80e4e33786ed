import { PlatformEnv, loadEnv } from '@btcforecast/platform';

/** The supervisor starts the helper with the address of its own database. */
export function readTaskEnv(): { readonly databaseUrl: string } {
  return { databaseUrl: loadEnv(PlatformEnv.pick({ DATABASE_URL: true })).DATABASE_URL };
}
