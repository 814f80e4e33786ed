import {
  type BackendFactory,
  type ConnectionOptions,
  createPostgresBackend,
  createRedisBackend,
  type QueueBaseOptions,
} from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { PlatformEnv } from '../config/platform.env.js';

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
        options: { connection: postgresOptions(env.DATABASE_URL, role) as ConnectionOptions, ...telemetry },
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

/** Few connections: each queue and each worker of a process has a pool of its own. */
function postgresOptions(connectionString: string, role: 'producer' | 'worker'): object {
  return {
    connectionString,
    schema: QUEUE_SCHEMA,
    migrate: true,
    max: role === 'producer' ? 1 : 2,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: `btcforecast queue ${role}`,
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
