import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../logging/create-logger.js';
import { quitRedis } from '../quit-redis.js';
import { AttemptLimiter } from './attempt-limiter.js';

export interface AttemptLimit {
  /** Names it in keys of Redis; unique. */
  readonly name: string;
  /** Attempts within a window that begins with the first. */
  readonly max: number;
  readonly windowSeconds: number;
}

export interface AttemptLimitersOptions {
  /** With Redis attempts are counted together by all that share it; without, by each process for itself. */
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
}

const LONGEST_PAUSE_MS = 3_000;

/** Makes counters of attempts, in memory or in Redis. While Redis is away each process counts for itself. */
export class AttemptLimiters {
  private constructor(private readonly redis: Redis | undefined) {}

  static async create({ redisUrl, logger }: AttemptLimitersOptions): Promise<AttemptLimiters> {
    return new AttemptLimiters(redisUrl === undefined ? undefined : await connect(redisUrl, logger));
  }

  limiter({ name, max, windowSeconds }: AttemptLimit): AttemptLimiter {
    const settings = { keyPrefix: `btcforecast:attempts:${name}`, points: max, duration: windowSeconds };
    const memory = new RateLimiterMemory(settings);
    const storeClient = this.redis;
    const limiter: RateLimiterAbstract = storeClient
      ? new RateLimiterRedis({
          ...settings,
          storeClient,
          rejectIfRedisNotReady: true,
          insuranceLimiter: memory,
        })
      : memory;
    return new AttemptLimiter(limiter, max);
  }

  async close(): Promise<void> {
    if (this.redis) await quitRedis(this.redis);
  }
}

/** The Redis library is loaded here, by those who use it. */
async function connect(redisUrl: string, logger: Logger): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
  });
  redis.on('error', (error) => logger.debug({ err: error }, 'connection for counted attempts failed'));
  if (redis.status !== 'ready')
    await new Promise((resolve) => redis.once('ready', resolve).once('close', resolve));
  return redis;
}
