import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, freePort, hasRedis, testRedis, type TestRedis, waitFor } from '@btcforecast/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { AttemptLimiters } from './attempts/attempt-limiters.js';
import { cacheRedisUrl, type PlatformEnv } from './config/platform.env.js';
import { EventBus } from './events/event-bus.js';
import { createLeaseStore } from './leases/create-lease-store.js';
import type { LeaseStore } from './leases/lease-store.js';
import { createLogger } from './logging/create-logger.js';
import { Metrics } from './metrics/metrics.js';
import { PlatformModule } from './nest/platform.module.js';
import { RedisOnceStore } from './once/redis-once-store.js';
import { JobQueues } from './queues/job-queues.js';
import { queueConnection } from './queues/queue-connection.js';
import { testEnv } from './rpc/rpc.fixture.js';
import { Clock } from './time/clock.js';

const CHANNEL = 'btcforecast:events';
const logger = createLogger('test', { level: 'silent' });
const job = { feed: 'live', instrument: 'BTC-USD', until: 3_600_000 } as const;
const candle = {
  ...{ feed: 'live', instrument: 'BTC-USD', venue: 'binance', interval: '1h' as const },
  openTime: 0,
};
const share = { name: 'q', limit: 9, held: 0, atLeast: 1, wanted: 1, ahead: 0, lifeMs: 60_000 };

describeWhen(hasRedis(), 'redis-server is not installed')('with a Redis for what may be lost', () => {
  let queues: TestRedis;
  let cache: TestRedis;
  let env: PlatformEnv;
  let app: INestApplicationContext;
  let leases: LeaseStore;
  let limiters: AttemptLimiters;
  let once: RedisOnceStore;

  const cachePort = freePort();
  const inAnHour = Date.now() + 3_600_000;
  const ask = async <T>({ url }: TestRedis, question: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url);
    try {
      return await question(redis);
    } finally {
      await redis.quit();
    }
  };

  beforeAll(async () => {
    [queues, cache] = await Promise.all([testRedis(await freePort()), testRedis(await cachePort)]);
    env = { ...testEnv(), REDIS_URL: queues.url, REDIS_CACHE_URL: cache.url };
    const module = PlatformModule.forService({ name: 'test', env, logger });
    app = await NestFactory.createApplicationContext(module, { logger: false });
    const metrics = new Metrics({ service: 'test', region: 'test' });
    leases = createLeaseStore({ redisUrl: cacheRedisUrl(env), logger, metrics });
    limiters = await AttemptLimiters.create({ redisUrl: cacheRedisUrl(env), logger });
    once = new RedisOnceStore({ redisUrl: queues.url, clock: new Clock(), logger });
  });

  afterAll(async () => {
    await Promise.all([app.close(), leases.close(), limiters.close(), once.close()]);
    await Promise.all([queues.close(), cache.close()]);
  });

  it('keeps jobs and nonces in one, and events, shares and attempts in the other', async () => {
    const bus = app.get(EventBus);
    await waitFor(() => bus.flowing, { deadlineMs: 5_000, what: 'events flow' });
    const keys = async (redis: TestRedis) =>
      new Set((await ask(redis, (client) => client.keys('*'))).map((key) => key.split(':', 2).join(':')));
    await app.get(JobQueues).add('analytics', 'score_due', job);
    // On a busy machine the first ones may find their connection not made yet.
    const soon = (what: string) => ({ deadlineMs: 15_000, what });
    await waitFor(() => once.claim('nonce a', 'x', inAnHour), soon('a nonce is used'));
    await waitFor(() => leases.take(share), soon('a share is given'));
    const limiter = limiters.limiter({ name: 'sign-in', max: 5, windowSeconds: 60 });
    const attempted = async () => {
      await limiter.count('somebody');
      return (await keys(cache)).has('btcforecast:attempts');
    };
    await waitFor(attempted, soon('an attempt is counted by Redis'));

    expect(await keys(queues)).toEqual(new Set(['bull:analytics', 'btcforecast:once']));
    expect(await keys(cache)).toEqual(new Set(['btcforecast:lease', 'btcforecast:attempts']));
    const listeners = (redis: TestRedis) => ask(redis, (client) => client.pubsub('NUMSUB', CHANNEL));
    expect(await listeners(queues)).toEqual([CHANNEL, 0]);
    expect(await listeners(cache)).toEqual([CHANNEL, 1]);
  });

  it('goes on with jobs and nonces while that one is away, counts alone, and shares again after', async () => {
    const bus = app.get(EventBus);
    const limiter = limiters.limiter({ name: 'sign-in', max: 2, windowSeconds: 60 });
    await cache.close();
    await waitFor(() => !bus.flowing, { deadlineMs: 5_000, what: 'the loss is noticed' });

    await app.get(JobQueues).add('analytics', 'score_due', job);
    expect(await once.claim('nonce a', 'y', inAnHour)).toBe(true);
    expect(await once.claim('nonce a', 'y', inAnHour)).toBe(false);
    await bus.publish('candle.closed', candle); // lost, and nobody is stopped by it
    await expect(leases.take(share)).rejects.toMatchObject({ kind: 'transient' }); // quotas then count per process
    const overs = [];
    for (let i = 0; i < 3; i += 1) overs.push((await limiter.count('somebody')).isOver);
    expect(overs).toEqual([false, false, true]);

    cache = await testRedis(await cachePort);
    await waitFor(() => bus.flowing, { deadlineMs: 15_000, what: 'events flow again' });
    const shared = async () => (await leases.take(share)).granted > 0;
    await waitFor(() => shared().catch(() => false), { deadlineMs: 15_000, what: 'shares are given again' });
  }, 40_000);

  it('refuses jobs while their master has no replica, and takes and runs them once it is back', async () => {
    const jobs = app.get(JobQueues);
    const done: unknown[] = [];
    const { backend, options } = queueConnection(env, 'worker');
    const worker = new Worker('analytics', async ({ data }) => done.push(data), options, backend);
    worker.on('error', () => undefined); // what it cannot do now it does later
    await waitFor(() => done.length >= 2, { deadlineMs: 10_000, what: 'what was added so far is done' });
    await ask(queues, (client) => client.config('SET', 'min-replicas-to-write', 1));
    await expect(jobs.add('analytics', 'score_due', job)).rejects.toMatchObject({
      kind: 'transient',
      code: 'queue.unavailable',
    });

    const replica = await testRedis(await freePort());
    await ask(replica, (client) => client.replicaof('127.0.0.1', Number(new URL(queues.url).port)));
    const before = done.length;
    const added = () => jobs.add('analytics', 'score_due', job).then(() => true);
    await waitFor(() => added().catch(() => false), { deadlineMs: 15_000, what: 'jobs are taken again' });
    await waitFor(() => done.length > before, { deadlineMs: 20_000, what: 'the job is done' });
    await worker.close();
    await replica.close();
  }, 50_000);
});
