import { PlatformEnv, SecretsEnv } from '@btcforecast/platform';
import { z } from 'zod';

export const GatewayEnv = PlatformEnv.extend({
  ...SecretsEnv,
  GATEWAY_HOST: z.string().default('127.0.0.1').describe('Address on which the API is served'),
  GATEWAY_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(3000)
    .describe('Port on which the API is served; 0: any'),
  GATEWAY_TRUST_PROXY: z
    .string()
    .optional()
    .describe('Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas'),
});
export type GatewayEnv = Readonly<z.infer<typeof GatewayEnv>>;
