import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/create-logger.js';
import type { Clock } from '../time/clock.js';
import type { OnceStore } from './once-store.js';
import { PgOnceStore } from './pg-once-store.js';
import { RedisOnceStore } from './redis-once-store.js';

export interface OnceStoreOptions {
  readonly dataSource: DataSource;
  /** With Redis it remembers, without the database. */
  readonly redisUrl?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What remembers things used once, for this process and all that share its Redis or its database. */
export function createOnceStore({ dataSource, redisUrl, ...rest }: OnceStoreOptions): OnceStore {
  return redisUrl ? new RedisOnceStore({ ...rest, redisUrl }) : new PgOnceStore({ ...rest, dataSource });
}
