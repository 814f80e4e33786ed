import type { Redis, RedisOptions } from 'ioredis';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { type Lease, type LeaseRequest, LeaseStore } from './lease-store.js';

const LONGEST_PAUSE_MS = 3_000;
/** A request of a client may wait for this: an answer that takes longer is no answer. */
const ANSWER_MS = 100;
/** After a failure the next lease is asked for this much later; until then every one fails at once. */
const AWAY_MS = 1_000;
/** Of what is left, a holder gets at most this part for later. */
const SHARE = 4;

const CONNECTION: RedisOptions = {
  // Whoever waits for an answer is told at once that there is none, rather than kept in a queue.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  keepAlive: 10_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
};

/** One step, so that no two holders get the same unit. */
const TAKE = `
local left = tonumber(ARGV[1]) - tonumber(redis.call('GET', KEYS[1]) or '0')
local ahead = math.min(tonumber(ARGV[4]), math.floor(left / ${SHARE}))
local granted = math.min(left, math.max(tonumber(ARGV[3]), ahead))
if granted <= 0 or granted < tonumber(ARGV[2]) then return {0, math.max(left, 0)} end
redis.call('INCRBY', KEYS[1], granted)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {granted, left - granted}`;

type LeaseRedis = Redis & { takeLease(key: string, ...args: number[]): Promise<[number, number]> };

export interface RedisLeaseStoreOptions {
  readonly redisUrl: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds; default 100. */
  readonly answerMs?: number;
}

/** Exact among all that share that Redis. */
export class RedisLeaseStore extends LeaseStore {
  readonly #redis: Promise<LeaseRedis>;
  readonly #count: (outcome: 'granted' | 'none' | 'failed') => void;
  #awayUntil = 0;
  #away = false;

  constructor(private readonly options: RedisLeaseStoreOptions) {
    super();
    const { metrics } = options;
    const leases = metrics.counter('leases_total', 'Shares of limits asked of Redis', ['outcome']);
    this.#count = (outcome) => leases.inc({ outcome });
    metrics.gauge('leases_shared', '1 while limits are shared through Redis, else 0', [], (gauge) =>
      gauge.set(this.#away ? 0 : 1),
    );
    this.#redis = this.#connect();
  }

  async take({ name, limit, atLeast, wanted, ahead, lifeMs }: LeaseRequest): Promise<Lease> {
    if (performance.now() < this.#awayUntil) throw this.#unavailable();
    try {
      const redis = await this.#redis;
      const key = `btcforecast:lease:${name}`;
      const [granted, left] = await redis.takeLease(key, limit, atLeast, wanted, ahead, Math.ceil(lifeMs));
      this.#count(granted > 0 ? 'granted' : 'none');
      this.#answered();
      return { granted, left };
    } catch (error) {
      this.#count('failed');
      this.#failed(error);
      throw this.#unavailable(error);
    }
  }

  async close(): Promise<void> {
    (await this.#redis).disconnect();
  }

  #answered(): void {
    if (this.#away) this.options.logger.info('limits are shared through Redis again');
    this.#away = false;
  }

  #failed(error: unknown): void {
    this.#awayUntil = performance.now() + AWAY_MS;
    if (!this.#away) this.options.logger.warn({ err: error }, 'Redis is away: limits count per process');
    this.#away = true;
  }

  #unavailable(cause?: unknown): AppError {
    return new AppError('transient', 'service.not_ready', 'Redis gives no leases now', {}, { cause });
  }

  /** The Redis library is loaded here, by those who use it. */
  async #connect(): Promise<LeaseRedis> {
    const { Redis } = await import('ioredis');
    const { redisUrl, answerMs: commandTimeout = ANSWER_MS } = this.options;
    const redis = new Redis(redisUrl, { ...CONNECTION, commandTimeout });
    redis.on('error', (error) => this.options.logger.debug({ err: error }, 'lease connection failed'));
    redis.defineCommand('takeLease', { numberOfKeys: 1, lua: TAKE });
    if (redis.status !== 'ready')
      await new Promise((resolve) => redis.once('ready', resolve).once('close', resolve));
    return redis as LeaseRedis;
  }
}
