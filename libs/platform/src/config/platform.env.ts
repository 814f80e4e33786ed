import { z } from 'zod';
import { InstrumentList, Source } from '@btcforecast/contracts';
import { secret } from './describe-env.js';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Ports used when nothing else is configured. The supervisor passes free ones of its own choice. */
export const DEFAULT_RPC_PORTS = { 'market-data': 3101, prediction: 3102 } as const;

const port = z.coerce.number().int().min(0).max(65_535);

const addresses = (fallbackPort: number) =>
  z
    .string()
    .default(`127.0.0.1:${fallbackPort}`)
    .transform((text, context) => {
      const parts = text.split(',').map((part) => parseHostPort(part.trim()));
      if (parts.includes(undefined)) context.addIssue('must be host:port, several separated by commas');
      return parts.filter((part) => part !== undefined);
    });

function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const number = Number(match?.[3]);
  return host !== undefined && number >= 1 && number <= 65_535 ? { host, port: number } : undefined;
}

/**
 * What every service reads. An app extends it: `PlatformEnv.extend({ INTERNAL_PORT: ..., APP_OPTION: ... })`.
 * Solo or region follows from REDIS_URL alone: without it queues and events run on PostgreSQL.
 */
export const PlatformEnv = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).meta({
    description: 'PostgreSQL connection string',
    secret: true,
  }),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta({
      description: 'Redis for queues, events and what is shared; unset: they run on PostgreSQL or in memory',
      secret: true,
    }),
  REDIS_CACHE_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta({
      description: 'Redis for what may be lost: events, shares of quotas, counted attempts; unset: REDIS_URL',
      secret: true,
    }),
  MARKET_SOURCE: Source.default('live').describe('Where candles come from: live, replay or demo'),
  MARKET_FEED: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be live, demo or replay-<8 hexadecimal digits>')
    .default('live')
    .describe('Identity of the stream of market data: live, demo or replay-<digest of the file>'),
  INSTRUMENTS: InstrumentList.describe('Instruments that are served, separated by commas'),
  REGION: z
    .string()
    .min(1)
    .max(40)
    .default('solo')
    .describe('Name of the region, a label of logs and metrics'),
  RPC_TOKEN: secret('Secret that services show each other; at least 16 characters').min(
    16,
    'must have at least 16 characters',
  ),
  RPC_HOST: z.string().default('127.0.0.1').describe('Address on which this service answers calls'),
  RPC_PORT: port.optional().describe('Port on which this service answers calls; 0: any; unset: answers none'),
  RPC_ADDRESSES_MARKET_DATA: addresses(DEFAULT_RPC_PORTS['market-data']).describe(
    'Instances of market-data, host:port separated by commas',
  ),
  RPC_ADDRESSES_PREDICTION: addresses(DEFAULT_RPC_PORTS.prediction).describe(
    'Instances of prediction, host:port separated by commas',
  ),
  RPC_TLS_CERT_FILE: z.string().optional().describe('Certificate for mutual TLS between services, PEM file'),
  RPC_TLS_KEY_FILE: z.string().optional().describe('Key of that certificate, PEM file'),
  RPC_TLS_CA_FILE: z.string().optional().describe('Authority that signed all services, PEM file'),
  CONSUL_ADDR: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Consul agent in which this instance is entered and others are found; unset: by configuration'),
  CONSUL_TOKEN: secret('Token for that agent (ACL); better as CONSUL_TOKEN_FILE').optional(),
  CONSUL_CACERT: z.string().optional().describe('Authority that signed its certificate, PEM file'),
  CONSUL_SERVICE_ADDRESS: z
    .string()
    .optional()
    .describe('Address by which others reach this instance; unset: the first one of this machine'),
  INTERNAL_HOST: z.string().default('127.0.0.1').describe('Address of the health and metrics port'),
  INTERNAL_PORT: port.default(0).describe('Port of /health/live, /health/ready and /metrics; 0: any'),
  SHUTDOWN_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe(
      'How long to go on answering after becoming unready, so that load balancers notice; milliseconds',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('Least severe log level that is written'),
  LOG_PRETTY: z.stringbool().default(false).describe('Logs for people instead of JSON lines'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OTLP/HTTP endpoint of a trace collector; unset: no tracing, at no cost'),
});
export type PlatformEnv = Readonly<z.infer<typeof PlatformEnv>>;

/** The Redis of what may be lost. Jobs and nonces may not: a nonce that is forgotten can be used again. */
export function cacheRedisUrl({
  REDIS_CACHE_URL,
  REDIS_URL,
}: Pick<PlatformEnv, 'REDIS_CACHE_URL' | 'REDIS_URL'>): string | undefined {
  return REDIS_CACHE_URL ?? REDIS_URL;
}
