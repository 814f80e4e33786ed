import {
  type BackendFactory,
  type ConnectionOptions,
  createPostgresBackend,
  createRedisBackend,
  type PostgresConnection,
  type QueueBaseOptions,
} from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { PlatformEnv } from '../config/platform.env.js';
import { shareQueryPool } from './shared-query-pool.js';

export type QueueEnv = Pick<PlatformEnv, 'DATABASE_URL' | 'REDIS_URL' | 'OTEL_EXPORTER_OTLP_ENDPOINT'>;

/** What BullMQ's classes take by default; they type it for Redis, whatever the backend is. */
type AnyBackend = typeof createRedisBackend;

export interface QueueConnection {
  /** To be passed as the last argument of Queue and Worker. */
  readonly backend: AnyBackend;
  readonly options: QueueBaseOptions;
}

/** Schema of the queue tables on PostgreSQL. BullMQ makes and migrates it itself, under a lock. */
const QUEUE_SCHEMA = 'bullmq';
const CONNECT_TIMEOUT_MS = 5_000;
const LONGEST_PAUSE_MS = 3_000;
/** Of all queues and workers of a process; each takes a millisecond or so. */
const MOST_QUERIES_AT_ONCE = 4;

/** Where queues live: in Redis if there is one, else in PostgreSQL. The only place that chooses. */
export function queueConnection(env: QueueEnv, role: 'producer' | 'worker'): QueueConnection {
  const telemetry = env.OTEL_EXPORTER_OTLP_ENDPOINT
    ? { telemetry: new BullMQOtel({ tracerName: 'btcforecast' }) }
    : {};
  return env.REDIS_URL
    ? {
        backend: createRedisBackend,
        options: { connection: redisOptions(env.REDIS_URL, role), ...telemetry },
      }
    : {
        backend: postgresBackend as unknown as AnyBackend,
        options: { connection: postgresOptions(env.DATABASE_URL) as ConnectionOptions, ...telemetry },
      };
}

/** Producers fail fast while Redis is away; workers wait for it. */
function redisOptions(url: string, role: 'producer' | 'worker'): ConnectionOptions {
  return {
    url,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    retryStrategy: (attempt: number) =>
      Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
    ...(role === 'producer'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1 }
      : { maxRetriesPerRequest: null }),
  };
}

function postgresOptions(connectionString: string): object {
  return {
    connectionString,
    schema: QUEUE_SCHEMA,
    migrate: true,
    max: MOST_QUERIES_AT_ONCE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'btcforecast queue',
  };
}

interface RemembersReadiness {
  waitUntilReady(): Promise<void>;
  readyPromise?: Promise<void> | undefined;
}

/**
 * BullMQ 6.7 remembers the outcome of its first connection for ever, even when it failed: a queue made while
 * PostgreSQL restarts would never work again. So a failure is forgotten, and the next command tries anew.
 */
const postgresBackend: BackendFactory = (name, options, extra) => {
  const backend = createPostgresBackend(name, options as never, extra);
  const { connectionString } = options.connection as { connectionString: string };
  shareQueryPool(backend.connection as unknown as PostgresConnection, connectionString);
  forgetFailure(backend.connection as unknown as RemembersReadiness);
  forgetFailure(backend as unknown as RemembersReadiness);
  return backend;
};

function forgetFailure(target: RemembersReadiness): void {
  const wait = target.waitUntilReady.bind(target);
  target.waitUntilReady = async () => {
    try {
      await wait();
    } catch (error) {
      target.readyPromise = undefined;
      throw error;
    }
  };
}
