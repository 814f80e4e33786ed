import { TierTableText } from '@btcforecast/access';
import { NotificationsEnv } from '@btcforecast/notifications';
import { PlatformEnv, SecretsEnv } from '@btcforecast/platform';
import { z } from 'zod';

const count = (of: number, what: string) => z.coerce.number().int().min(1).default(of).describe(what);

export const GatewayEnv = PlatformEnv.extend({
  ...SecretsEnv,
  ...NotificationsEnv,
  GATEWAY_HOST: z.string().default('127.0.0.1').describe('Address on which the API is served'),
  GATEWAY_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(3000)
    .describe('Port on which the API is served; 0: any'),
  GATEWAY_GRPC_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(3001)
    .describe('Port on which inference is served by gRPC, at the same address; 0: any'),
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
  SESSION_IDLE_MINUTES: z.coerce
    .number()
    .int()
    .min(5)
    .max(1_440)
    .default(60)
    .describe('A dashboard session that is not used ends after so many minutes'),
  SESSION_MAX_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(168)
    .default(12)
    .describe('A dashboard session ends after so many hours in any case'),
  PASSWORD_COST: z.coerce
    .number()
    .int()
    .min(12)
    .max(20)
    .default(15)
    .describe(
      "Power of two of scrypt's cost for a password; 15 takes 32 MiB and some 0.3 s of one processor each",
    ),
  GATEWAY_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((origin) => origin.trim() || []))
    .pipe(
      z.array(
        z.string().refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin, {
          error: 'must be origins such as https://app.example.com, without a path, separated by commas',
        }),
      ),
    )
    .describe(
      'Origins whose pages may use the API from a browser, with credentials, separated by commas; unset: none',
    ),
  FORECAST_STALE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_600)
    .default(60)
    .describe(
      'So long after it was the newest a forecast is served while prediction is slow or away; of a replay or demo a quarter of that',
    ),
  LOAD_MAX_DELAY_MS: z.coerce
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(200)
    .describe('How late the event loop may be before requests are refused; milliseconds'),
  LOAD_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('Requests that are not answered from memory, at the same time, at most'),
  QUOTA_TIERS: TierTableText.describe(
    'Tiers that differ from the built-in table, or come in addition, as JSON',
  ),
  GATEWAY_STREAMS: count(12_000, 'Streams (SSE and WebSocket) open at once in this process, at most'),
  GATEWAY_STREAMS_PER_TENANT: count(6_000, 'Of these, those of one tenant at most'),
  GATEWAY_STREAM_REPLAY_EVENTS: count(
    10_000,
    'Events that a client can have missed and still resume, at most',
  ),
  GATEWAY_STREAM_REPLAY_HOURS: z.coerce
    .number()
    .positive()
    .default(24)
    .describe('How long a client can have been away and still resume, at most'),
  GATEWAY_STREAM_HEARTBEAT_SECONDS: z.coerce
    .number()
    .positive()
    .default(15)
    .describe('Silence on a stream after which it says that it is still there'),
  GATEWAY_STREAM_STALL_SECONDS: z.coerce
    .number()
    .positive()
    .default(20)
    .describe('A client that takes nothing for so long, while events wait for it, is disconnected'),
  GATEWAY_STREAM_RECHECK_SECONDS: z.coerce
    .number()
    .positive()
    .max(10)
    .default(5)
    .describe('How often the credentials of open streams are looked at again'),
});
export type GatewayEnv = Readonly<z.infer<typeof GatewayEnv>>;
