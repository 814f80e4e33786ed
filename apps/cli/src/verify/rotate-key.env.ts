import { loadServiceEnv, type Vault } from '@btcforecast/platform';
import { TrackRecordTransitEnv } from '@btcforecast/prediction';
import type { z } from 'zod';
import { CliEnv } from '../cli.env.js';

const RotateKeyEnv = CliEnv.extend(TrackRecordTransitEnv);

/** As {@link loadCliEnv}, and what is needed when the key is in Vault. */
export function loadRotateKeyEnv(): Promise<{
  env: Readonly<z.infer<typeof RotateKeyEnv>>;
  vault: Vault | undefined;
}> {
  return loadServiceEnv('btcf', RotateKeyEnv);
}
