import type { EventName } from '@btcforecast/contracts';
import type { Logger } from '../logging/create-logger.js';
import type { EventBus } from './event-bus.js';
import { PgEventBus } from './pg-event-bus.js';
import { RedisEventBus } from './redis-event-bus.js';

export interface EventBusOptions {
  readonly databaseUrl: string;
  /** With Redis events go through it, without through PostgreSQL. */
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
  readonly onLost?: (name: EventName) => void;
}

/** The event bus of this process; it connects in the background, and again after each loss. */
export function createEventBus(options: EventBusOptions): EventBus {
  const { databaseUrl, redisUrl, ...rest } = options;
  return redisUrl ? new RedisEventBus({ ...rest, redisUrl }) : new PgEventBus({ ...rest, databaseUrl });
}
