import { InstrumentList } from '@btcforecast/contracts';
import { PlatformEnv, ReplicaEnv } from '@btcforecast/platform';
import { loadEnv } from '@btcforecast/platform/config';
import { z } from 'zod';

const VENUES = ['binance', 'coinbase', 'kraken'] as const;
const Venue = z.enum(VENUES, `must be ${VENUES.join(', ')}`);

const venues = z
  .string()
  .default('binance,coinbase,kraken')
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(Venue).min(1));

/** What a probe needs: it runs before there is a database. */
export const ProbeEnv = z.object({
  MARKET_VENUES: venues.describe('Exchanges to use in live, most preferred first, separated by commas'),
  MARKET_PROBE_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(5_000)
    .describe('How long --probe waits for an exchange to answer, milliseconds'),
  INSTRUMENTS: InstrumentList.describe('Instruments that are served, separated by commas'),
});

export const MarketDataEnv = PlatformEnv.extend({
  ...ProbeEnv.shape,
  ...ReplicaEnv.shape,
  SIM_URL: z
    .url({ protocol: /^http$/ })
    .optional()
    .describe('Address of the simulated exchange; replay and demo need it'),
  HISTORY_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(840)
    .describe(
      'Days of hourly history that a venue must have before it is used; a forecast of the shipped models reads up to 827',
    ),
  FINE_HISTORY_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(720)
    .default(48)
    .describe('Hours back from now for which minute candles are kept complete'),
  FAILOVER_SECONDS: z.coerce
    .number()
    .positive()
    .default(60)
    .describe('A venue that has failed for so long gives way to the next'),
  FAIL_BACK_SECONDS: z.coerce
    .number()
    .positive()
    .default(1_800)
    .describe('A preferred venue must answer for so long before it is used again'),
  CROSS_VENUE_LIMIT_PERCENT: z.coerce
    .number()
    .positive()
    .default(2)
    .describe('Difference of the last price between two venues that is reported'),
});
export type MarketDataEnv = Readonly<z.infer<typeof MarketDataEnv>>;

export function loadProbeEnv(): Readonly<z.infer<typeof ProbeEnv>> {
  return loadEnv(ProbeEnv);
}
