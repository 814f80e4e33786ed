import { InstantInput, InstrumentId, InstrumentList } from '@btcforecast/contracts';
import { loadEnv } from '@btcforecast/platform/config';
import { z } from 'zod';

export const SimulatedExchangeEnv = z.object({
  SIM_MODE: z.enum(['replay', 'demo']).describe('replay a file of candles, or demo: a synthetic market'),
  SIM_FILE: z.string().optional().describe('CSV file of candles of BTC-USD to replay, plain or gzipped'),
  SIM_FILES: z
    .string()
    .optional()
    .transform(parsedJson)
    .pipe(z.record(InstrumentId, z.string().min(1)).optional())
    .describe('Files to replay, in place of SIM_FILE: a JSON object of paths by instrument'),
  INSTRUMENTS: InstrumentList.describe('Instruments of a demo, separated by commas'),
  SIM_SPEED: z.coerce
    .number()
    .positive()
    .max(1_000_000)
    .default(60)
    .describe('Simulated seconds per second; a demo slows to 1 when it meets the present'),
  SIM_FROM: InstantInput.optional().describe(
    'Instant at which the run begins, ISO 8601; default: chosen by the market',
  ),
  SIM_SEED: z.coerce.number().int().min(0).default(11).describe('Seed of the synthetic market'),
  SIM_STATE_DIR: z
    .string()
    .optional()
    .describe('Folder that keeps the position of the run; unset: begin anew each time'),
  SIM_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  SIM_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Port to listen on; 0: any'),
});
export type SimulatedExchangeEnv = Readonly<z.infer<typeof SimulatedExchangeEnv>>;

/** What is no JSON stays a text, which the schema then refuses in its own words. */
function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

export function loadSimulatedExchangeEnv(): SimulatedExchangeEnv {
  return loadEnv(SimulatedExchangeEnv);
}
