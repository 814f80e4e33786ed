import { expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeWhen } from './describe-when.js';
import { hasRedis, testRedis } from './test-redis.js';

describeWhen(hasRedis(), 'redis-server is not installed and could not be')('testRedis', () => {
  it('starts an empty Redis that keeps what it is told', async () => {
    const server = await testRedis();
    const redis = new Redis(server.url);
    expect(await redis.dbsize()).toBe(0);
    await redis.set('k', 'v');
    expect(await redis.get('k')).toBe('v');
    await redis.quit();
    await server.close();
  });

  it('leaves nothing running once closed', async () => {
    const server = await testRedis();
    await server.close();
    const redis = new Redis(server.url, { lazyConnect: true, retryStrategy: null });
    redis.on('error', () => undefined);
    if (!process.env.REDIS_URL_TEST) await expect(redis.connect()).rejects.toThrow();
  });
});
