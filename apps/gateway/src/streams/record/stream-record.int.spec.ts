import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { type NewEvent, StreamRecord } from './stream-record.js';

const FEED = 'demo';
let database: TestDatabase;
let dataSource: DataSource;
let record: StreamRecord;

beforeEach(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({
    url: database.url,
    applicationName: 'test',
    poolSize: 10,
  }).initialize();
  record = new StreamRecord(dataSource, FEED);
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const events = (from: number, to: number): NewEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => {
    const what = { type: 'price', instrument: 'BTC-USD', horizon: null, interval: '1h' } as const;
    return { ...what, key: `price:${from + i}`, data: `${from + i}` };
  });

describe('the record of streams', () => {
  it('gives each event one number, without holes, however many gateways enter the same ones at once', async () => {
    const writers = Array.from({ length: 8 }, (_, writer) => async () => {
      for (let i = 0; i < 12; i += 1) await record.enter(events(i * 5 + writer, i * 5 + writer + 9));
    });
    await Promise.all(writers.map((write) => write()));
    const rows = await record.list(1, 1_000);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    const all = new Set(rows.map(({ data }) => Number(data)));
    expect([rows.length, all.size, await record.newest()]).toEqual([72, 72, 72]);
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
    const other = new StreamRecord(dataSource, 'live');
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
    await dataSource.query(`UPDATE stream_events SET entered_at = now() - interval '1 hour' WHERE seq <= 18`);
    await record.trim({ events: 5, ageMs: 24 * hours });
    expect((await record.list(1, 100)).map(({ seq }) => seq)).toEqual([16, 17, 18, 19, 20]);
    await dataSource.query(`UPDATE stream_events SET entered_at = now() - interval '2 days'`);
    await record.trim({ events: 5, ageMs: 24 * hours });
    expect((await record.list(1, 100)).map(({ seq }) => seq)).toEqual([20]);
    await record.enter(events(21, 21));
    expect((await record.list(1, 100)).map(({ seq }) => seq)).toEqual([20, 21]);
  });
});
