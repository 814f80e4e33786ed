import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import type { Redis } from 'ioredis';
import type { PlatformEnv } from '../config/platform.env.js';
import type { Closers } from '../lifecycle/closers.js';

export type Cache = Awaited<ReturnType<typeof createCache>>;

const MAX_ENTRIES = 5_000;
/** A shared cache that is slower than this is worth less than asking for the answer itself. */
const REDIS_TIMEOUT_MS = 200;
const REDIS_PAUSE_AFTER_FAILURE = '5s';

/**
 * A cache in memory, with Redis behind it when CACHE_REDIS_URL is set. Concurrent misses of one key make one
 * call of the factory. Redis away means a miss, never an error. Keys must hold the version of what they name:
 * nothing is ever invalidated, and processes do not tell each other of changes.
 *
 * `useFactory: (env, closers) => createCache(env, closers), inject: [ENV, Closers]`
 */
export async function createCache(env: Pick<PlatformEnv, 'CACHE_REDIS_URL'>, closers: Closers) {
  const store = bentostore({
    suppressL2Errors: true,
    l2CircuitBreakerDuration: REDIS_PAUSE_AFTER_FAILURE,
  }).useL1Layer(memoryDriver({ maxItems: MAX_ENTRIES, serialize: false }));
  if (env.CACHE_REDIS_URL) {
    const { redisDriver } = await import('bentocache/drivers/redis');
    const connection = await cacheRedis(env.CACHE_REDIS_URL);
    closers.add(() => connection.disconnect());
    store.useL2Layer(redisDriver({ connection }));
  }
  return new BentoCache({ default: 'main', stores: { main: store } });
}

async function cacheRedis(url: string): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: REDIS_TIMEOUT_MS });
  redis.on('error', () => undefined); // it reconnects; meanwhile the cache is the memory alone
  return redis;
}
