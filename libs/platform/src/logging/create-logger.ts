import { type DestinationStream, type Logger, pino } from 'pino';
import { pretty } from './pretty-stream.js';
import { activeSpanIds } from '../tracing/spans.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level?: string;
  readonly pretty?: boolean;
  readonly region?: string;
  /** Where lines go; default: standard output. */
  readonly destination?: DestinationStream;
}

/** Names of fields that may hold a secret, at the top of a line or one or two levels down. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'DATABASE_URL',
  'REDIS_URL',
  'REDIS_CACHE_URL',
  'RPC_TOKEN',
  'databaseUrl',
  'redisUrl',
];

/**
 * A JSON logger: constant message plus fields, `log.info({ instrument, originMs }, 'forecast issued')`.
 * Levels are a promise to whoever is on call: error = act now; warn = it healed itself; info = life cycle and
 * one line per unit of work; debug = local only. Lines carry trace_id and span_id while a span is active.
 */
export function createLogger(name: string, options: LoggerOptions = {}): Logger {
  const destination = options.destination ?? (options.pretty ? pretty() : pino.destination({ sync: true }));
  return pino(
    {
      name,
      level: options.level ?? 'info',
      base: { service: name, region: options.region ?? 'solo', pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: activeSpanIds,
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    destination,
  );
}
