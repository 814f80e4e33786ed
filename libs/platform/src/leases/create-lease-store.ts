import type { Logger } from '../logging/create-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { type LeaseStore, SoleLeaseStore } from './lease-store.js';
import { RedisLeaseStore } from './redis-lease-store.js';

export interface LeaseStoreOptions {
  /** With Redis, limits are shared by all that share it; without, this process has them to itself. */
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For how long a request waits for an answer of Redis, milliseconds; default 100. */
  readonly answerMs?: number;
}

export function createLeaseStore({ redisUrl, ...rest }: LeaseStoreOptions): LeaseStore {
  return redisUrl ? new RedisLeaseStore({ ...rest, redisUrl }) : new SoleLeaseStore();
}
