import type { Redis } from 'ioredis';
import { within } from './lifecycle/within.js';

const GOODBYE_MS = 500;

/** Ends a connection after what was asked over it, or at once when Redis is away: that is no reason to end badly. */
export async function quitRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready' && (await within(GOODBYE_MS, redis.quit()))) return;
  redis.disconnect();
}
