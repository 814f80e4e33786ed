export { describeEnv, secret, type EnvVariable } from './config/describe-env.js';
export { loadEnv, parseEnv, type EnvSource } from './config/load.env.js';
export { cacheRedisUrl, DEFAULT_RPC_PORTS, PlatformEnv, type HostPort } from './config/platform.env.js';
export { loadServiceEnv, type ServiceConfiguration } from './config/service.env.js';
export { ReplicaEnv } from './config/replica.env.js';
export { AppError, isAppError, toAppError, type ErrorDetails, type ErrorKind } from './errors/app-error.js';
export { isDatabaseAway } from './errors/database-away.js';
export {
  PROBLEM_TYPE_BASE,
  problemOf,
  type ProblemAnswer,
  type ProblemContext,
} from './errors/problem-of.js';
export type { TransitKey, TransitKeyVersion } from './vault/transit-key.js';
export type { Vault } from './vault/vault.js';
export { SecretBox, newSecretsKey } from './secrets/secret-box.js';
export { SecretsEnv } from './secrets/secrets.env.js';
export { AddressPolicy, isLoopback, type AddressVerdict } from './http/address-policy.js';
export { GuardedFetchError, type FetchFailure } from './http/guarded-fetch.error.js';
export { hostResolver, type ResolveHost } from './http/resolve-host.js';
export { readCursor, writeCursor, type CursorValues } from './paging/cursor.js';
export { AttemptLimiter, type CountedAttempt } from './attempts/attempt-limiter.js';
export {
  AttemptLimiters,
  type AttemptLimit,
  type AttemptLimitersOptions,
} from './attempts/attempt-limiters.js';
export { Clock, ManualClock } from './time/clock.js';
export { createLogger, type Logger, type LoggerOptions } from './logging/create-logger.js';
export { ecsBase } from './logging/ecs-fields.js';
export { PinoNestLogger } from './logging/pino-nest-logger.js';
export { LATENCY_BUCKETS, Metrics, type MetricsLabels } from './metrics/metrics.js';
export { type TalliedHistogram, type Tally } from './metrics/tallied-histogram.js';
export { HealthRegistry, type HealthReport } from './health/health-registry.js';
export {
  startInternalServer,
  type InternalServer,
  type InternalServerOptions,
} from './health/internal-server.js';
export {
  activeSpanIds,
  currentTraceId,
  currentTraceparent,
  sampledTraceId,
  withSpan,
  withTraceparent,
} from './tracing/spans.js';
export { shutdownTracing } from './tracing/tracing-shutdown.js';
export { Rpc } from './rpc/rpc.decorator.js';
export { RpcCall } from './rpc/rpc-call.js';
export { createRpcMicroserviceOptions } from './rpc/rpc-server.js';
export { RpcClient, type RpcCallOptions, type RpcClientOptions } from './rpc/rpc-client.js';
export { EventBus, type EventHandler, type Subscription } from './events/event-bus.js';
export { createEventBus, type EventBusOptions } from './events/create-event-bus.js';
export type { AddJobOptions } from './queues/create-queue.js';
export {
  assertHandlersComplete,
  jobHandlers,
  type HandlersOf,
  type JobHandler,
  type JobHandlers,
} from './queues/job-handlers.js';
export { JobQueues } from './queues/job-queues.js';
export { JobRunner } from './queues/job-runner.js';
export { QueueProcessor, type QueueWorkerOptions } from './queues/queue-processor.decorator.js';
export { QueuesModule, type ProcessesJobs } from './queues/queues.module.js';
export type { QueueEnv } from './queues/queue-connection.js';
export { registerInstance, type Registration } from './consul/discovery.js';
export { createOnceStore, type OnceStoreOptions } from './once/create-once-store.js';
export { OnceStore } from './once/once-store.js';
export { createLeaseStore, type LeaseStoreOptions } from './leases/create-lease-store.js';
export { type Lease, type LeaseRequest, LeaseStore, SoleLeaseStore } from './leases/lease-store.js';
export { Reads, ReplicaReads, type ReadOptions } from './database/replica-reads.js';
export { Closers } from './lifecycle/closers.js';
export { SerialRunner } from './lifecycle/serial-runner.js';
export { bootstrapService } from './lifecycle/bootstrap-service.js';
export {
  announceReady,
  exitOnFailedStart,
  exitOnSignal,
  exitOnUncaught,
  type ReadyMessage,
} from './lifecycle/service-process.js';
export { startService, type RunningService, type ServiceOptions } from './lifecycle/start-service.js';
export { PlatformModule, type PlatformOptions } from './nest/platform.module.js';
export { ENV, LOGGER, VAULT } from './nest/tokens.js';
