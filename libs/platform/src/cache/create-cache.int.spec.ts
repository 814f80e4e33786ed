import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeWhen, hasRedis, testRedis } from '@btcforecast/testing';
import { Closers } from '../lifecycle/closers.js';
import { type Cache, createCache } from './create-cache.js';

let closers = new Closers();
const cache = (url?: string): Promise<Cache> => createCache({ CACHE_REDIS_URL: url }, closers);

afterEach(async () => {
  await closers.closeAll();
  closers = new Closers();
});

function source(): { made: number; make: () => Promise<string> } {
  const counter = {
    made: 0,
    make: async () => {
      counter.made += 1;
      await sleep(20);
      return 'answer';
    },
  };
  return counter;
}

describe('the cache in memory', () => {
  it('makes an answer once for many who ask at the same time', async () => {
    const counter = source();
    const memory = await cache();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => memory.getOrSet({ key: 'k', ttl: '1m', factory: counter.make })),
    );
    expect(new Set(answers)).toEqual(new Set(['answer']));
    expect(counter.made).toBe(1);
  });
});

describeWhen(hasRedis(), 'redis-server is not installed')('the cache with Redis behind it', () => {
  it('shares an answer between processes', async () => {
    const server = await testRedis();
    const counter = source();
    const options = { key: 'k', ttl: '1m', factory: counter.make };
    await (await cache(server.url)).getOrSet(options);
    await expect((await cache(server.url)).getOrSet(options)).resolves.toBe('answer');
    expect(counter.made).toBe(1);
    await closers.closeAll();
    await server.close();
  });

  it('goes on from memory, quickly, when Redis is away', async () => {
    const counter = source();
    const alone = await cache('redis://127.0.0.1:1');
    const begin = performance.now();
    const options = { key: 'k', ttl: '1m', factory: counter.make };
    await expect(alone.getOrSet(options)).resolves.toBe('answer');
    await expect(alone.getOrSet(options)).resolves.toBe('answer');
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(counter.made).toBe(1);
  });
});
