import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import {
  describeWhen,
  hasRedis,
  testDatabase,
  type TestDatabase,
  testRedis,
  type TestRedis,
} from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { createLogger } from '../logging/create-logger.js';
import { ManualClock } from '../time/clock.js';
import { createOnceStore } from './create-once-store.js';
import type { OnceStore } from './once-store.js';
import { PgOnceStore } from './pg-once-store.js';

const logger = createLogger('test', { level: 'silent' });
const clock = new ManualClock(Date.now());
let database: TestDatabase;
let dataSource: DataSource;
let redis: TestRedis | undefined;

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  if (hasRedis()) redis = await testRedis();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
  await redis?.close();
});

const stores = [
  ['PostgreSQL', true, () => undefined],
  ['Redis', hasRedis(), () => redis?.url],
] as const;

for (const [name, available, redisUrl] of stores) {
  describeWhen(available, 'there is no redis-server here')(
    `what may be used once, remembered by ${name},`,
    () => {
      const open = (): OnceStore => createOnceStore({ dataSource, redisUrl: redisUrl(), clock, logger });
      const inAnHour = clock.now() + 3_600_000;

      it('is used by exactly one of many that try at once, through several instances', async () => {
        const instances = [open(), open(), open()];
        const tries = Array.from({ length: 60 }, (_, i) => instances[i % 3]!.claim('test', 'a', inAnHour));
        expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
        await Promise.all(instances.map((each) => each.close()));
      });

      it('stays used after a restart', async () => {
        const before = open();
        expect(await before.claim('test', 'b', inAnHour)).toBe(true);
        await before.close();
        const after = open();
        expect(await after.claim('test', 'b', inAnHour)).toBe(false);
        await after.close();
      });

      it('is told apart by whose it is, and may have any length and any characters', async () => {
        const store = open();
        for (const [space, value] of [
          ['test', 'c'],
          ['other', 'c'],
          ['test', 'c\n'],
          ['test', '\0 é 🙂'.repeat(10_000)],
        ] as const) {
          expect(await store.claim(space, value, inAnHour)).toBe(true);
          expect(await store.claim(space, value, inAnHour)).toBe(false);
        }
        await store.close();
      });
    },
  );
}

describe('the table of what was used', () => {
  it('forgets what has expired, and takes it as new even before that', async () => {
    const store = new PgOnceStore({ dataSource, clock, logger });
    await store.claim('pruned', 'short', clock.now() + 1_000);
    await store.claim('pruned', 'long', clock.now() + 100_000);
    clock.advance(1_000);
    expect(await store.claim('pruned', 'short', clock.now() + 1_000)).toBe(true);
    clock.advance(1_000);
    await store.prune();
    const rows = await dataSource.query(`SELECT 1 FROM used_once WHERE space = 'pruned'`);
    expect(rows).toHaveLength(1);
    await store.close();
  });
});

describeWhen(hasRedis(), 'there is no redis-server here')('without its Redis', () => {
  it('nothing is let through', async () => {
    const gone = await testRedis();
    const store = createOnceStore({ dataSource, redisUrl: gone.url, clock, logger });
    expect(await store.claim('test', 'd', clock.now() + 1_000)).toBe(true);
    await gone.close();
    await expect(store.claim('test', 'e', clock.now() + 1_000)).rejects.toMatchObject({ kind: 'transient' });
    await store.close();
  });
});
