import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { type NewEvent, StreamRecord } from './stream-record.js';

let feeds = 0;
let database: TestDatabase;
let dataSource: DataSource;
let record: StreamRecord;

beforeAll(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({
    url: database.url,
    applicationName: 'test',
    poolSize: 10,
  }).initialize();
});
beforeEach(() => {
  record = newRecord();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Of a feed that nobody has told anything of yet. */
const newRecord = (): StreamRecord => new StreamRecord(dataSource, `feed-${(feeds += 1)}`);

const events = (from: number, to: number): NewEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => {
    const what = { type: 'price', instrument: 'BTC-USD', horizon: null, interval: '1h' } as const;
    return { ...what, key: `price:${from + i}`, data: `${from + i}` };
  });

describe('the record of streams', () => {
  it('gives each event one number, without holes, whatever gateways enter at once', async () => {
    const batch = fc.uniqueArray(fc.nat(40), { maxLength: 12 });
    const gateway = fc.array(batch, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(gateway, { minLength: 1, maxLength: 8 }), async (gateways) => {
        const shared = newRecord();
        await Promise.all(
          gateways.map(async (batches) => {
            for (const names of batches) await shared.enter(names.flatMap((name) => events(name, name)));
          }),
        );
        const rows = await shared.list(1, 1_000);
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
        const told = rows.map(({ data }) => Number(data)).sort((x, y) => x - y);
        expect(told).toEqual([...new Set(gateways.flat(2))].sort((x, y) => x - y));
        expect(await shared.newest()).toBe(rows.length);
      }),
      { numRuns: 15 },
    );
  });

  it('shows nobody a number before those that precede it', async () => {
    let isWriting = true;
    const write = async (writer: number) => {
      for (let i = 0; i < 15; i += 1)
        await record.enter(events(1_000 * writer + i * 4, 1_000 * writer + i * 4 + 3));
    };
    const writing = Promise.all([1, 2, 3, 4].map(write)).finally(() => (isWriting = false));
    let last = 0;
    while (isWriting || last < (await record.newest())) {
      const rows = await record.list(last + 1, 1_000);
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => last + 1 + i));
      last += rows.length;
    }
    await writing;
    expect(last).toBe(240);
  });

  it('keeps feeds apart', async () => {
    const other = newRecord();
    await record.enter(events(1, 3));
    await other.enter(events(1, 2));
    expect([await record.newest(), await other.newest()]).toEqual([3, 2]);
    expect((await other.list(1, 10)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('deletes what is old or too much, never the newest and never what is minutes old', async () => {
    const hours = 3_600_000;
    await record.enter(events(1, 20));
    await record.trim({ events: 5, ageMs: 24 * hours });
    expect(await record.list(1, 100)).toHaveLength(20);
    const age = (interval: string, upTo: number) =>
      dataSource.query(
        'UPDATE stream_events SET entered_at = now() - $1::interval WHERE feed = $2 AND seq <= $3',
        [interval, record.feed, upTo],
      );
    await age('1 hour', 18);
    await record.trim({ events: 5, ageMs: 24 * hours });
    expect((await record.list(1, 100)).map(({ seq }) => seq)).toEqual([16, 17, 18, 19, 20]);
    await age('2 days', 20);
    await record.trim({ events: 5, ageMs: 24 * hours });
    expect((await record.list(1, 100)).map(({ seq }) => seq)).toEqual([20]);
    await record.enter(events(21, 21));
    expect((await record.list(1, 100)).map(({ seq }) => seq)).toEqual([20, 21]);
  });
});
