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
  GATEWAY_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url), 'must have neither query nor fragment')
    .default('http://localhost:3000')
    .describe('Address under which clients know the API; the issuer of access tokens'),
  OAUTH_TOKEN_SECONDS: z.coerce
    .number()
    .int()
    .min(300)
    .max(900)
    .default(600)
    .describe('For how long an access token counts; seconds'),
  SIGNATURE_SKEW_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('How far the clock of whoever signs requests may be off; seconds'),
});
export type GatewayEnv = Readonly<z.infer<typeof GatewayEnv>>;
