import { hash } from 'node:crypto';
import type { Redis, RedisOptions } from 'ioredis';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import type { Clock } from '../time/clock.js';
import { quitRedis } from '../quit-redis.js';
import { OnceStore } from './once-store.js';

const LONGEST_PAUSE_MS = 3_000;

const CONNECTION: RedisOptions = {
  // Whoever waits for an answer is told at once that there is none, rather than kept in a queue.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  keepAlive: 10_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
};

export interface RedisOnceStoreOptions {
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As keys of Redis that expire by themselves. Exact within what shares that Redis. */
export class RedisOnceStore extends OnceStore {
  readonly #redis: Promise<Redis>;

  constructor(private readonly options: RedisOnceStoreOptions) {
    super();
    this.#redis = this.#connect();
  }

  async claim(space: string, value: string, expiresAt: number): Promise<boolean> {
    const lifeMs = Math.max(1, expiresAt - this.options.clock.now());
    const key = `btcforecast:once:${space}:${hash('sha256', value, 'base64url')}`;
    try {
      const redis = await this.#redis;
      return (await redis.set(key, '', 'PX', lifeMs, 'NX')) === 'OK';
    } catch (error) {
      const message = 'it cannot be checked now whether this was used before; try again';
      throw new AppError('transient', 'service.not_ready', message, {}, { cause: error });
    }
  }

  async close(): Promise<void> {
    await quitRedis(await this.#redis);
  }

  /** The Redis library is loaded here, by those who use it. */
  async #connect(): Promise<Redis> {
    const { Redis } = await import('ioredis');
    const redis = new Redis(this.options.redisUrl, CONNECTION);
    redis.on('error', (error) => this.options.logger.debug({ err: error }, 'connection for nonces failed'));
    if (redis.status !== 'ready')
      await new Promise((resolve) => redis.once('ready', resolve).once('close', resolve));
    return redis;
  }
}
