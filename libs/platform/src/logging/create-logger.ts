import { type DestinationStream, type Logger, pino } from 'pino';
import { pretty } from './pretty-stream.js';
import { activeSpanIds } from '../tracing/spans.js';
import { ecsBase, ecsFields, ecsLine } from './ecs-fields.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level?: string;
  readonly pretty?: boolean;
  readonly region?: string;
  /** Where lines go; default: standard output. */
  readonly destination?: DestinationStream;
}

/** Names of fields of readable lines that may hold a secret, at the top of a line or one or two levels down. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'DATABASE_URL',
  'DATABASE_REPLICA_URL',
  'REDIS_URL',
  'REDIS_CACHE_URL',
  'RPC_TOKEN',
  'databaseUrl',
  'redisUrl',
];

/**
 * A logger: constant message plus fields, `log.info({ instrument, originMs }, 'forecast issued')`. Its lines are JSON
 * under the names of the Elastic Common Schema (see {@link ecsFields}), or for people with `pretty`.
 * Levels are a promise to whoever is on call: error = act now; warn = it healed itself; info = life cycle and
 * one line per unit of work; debug = local only. Lines carry the ids of the trace and span while a span is active.
 */
export function createLogger(name: string, options: LoggerOptions = {}): Logger {
  const { level = 'info', region = 'solo', destination } = options;
  if (options.pretty) return readableLogger(name, level, destination ?? pretty());
  const logger = pino(
    {
      level,
      base: ecsBase(name, region),
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ 'log.level': label }), log: ecsLine },
    },
    destination ?? pino.destination({ sync: true }),
  );
  const { child } = logger;
  // pino's own formatter of bindings is for those of the first logger alone.
  const named = function (this: Logger, bindings: pino.Bindings): Logger {
    return Reflect.apply(child, this, [ecsFields(bindings)]) as Logger;
  };
  return Object.assign(logger, { child: named });
}

function readableLogger(name: string, level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: name },
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
