import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { QUANTILE_LEVELS } from '@btcforecast/contracts';
import { createDataSource, ForecastEntity } from '@btcforecast/database';
import { RECORD_LEVELS } from '@btcforecast/track-record';
import { forecastRow } from '../../test/forecast-row.js';
import { setFeed } from '../../test/market.js';
import { HOUR_MS, MINUTE_MS, RecordBench, START } from '../../test/record-bench.js';
import { voidScore } from '../scores/score-forecast.js';
import { TrackRecordKeyFile } from './track-record-key.file.js';
import { TrackRecordService } from './track-record.service.js';

let bench: RecordBench;

beforeEach(async () => {
  bench = await RecordBench.open();
});
afterEach(() => bench.close());

describe('the writer of the track record', () => {
  it('begins with a key that only its owner can read, and enters what has arrived in order', async () => {
    const first = await bench.issue(START);
    await bench.settle(first.slice(0, 1));
    const second = await bench.issue(START + HOUR_MS);
    await expect(bench.service.extend()).resolves.toEqual({ entered: 9, signed: 0 });
    const entries = await bench.entries();
    const arrived = (rows: typeof first) => rows.map(({ id }) => id).sort();
    expect(entries.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['key', expect.stringMatching(/^[0-9a-f]{16}$/)],
      ...arrived(first).map((id) => ['forecast', id]),
      ['outcome', first[0]!.id],
      ...arrived(second).map((id) => ['forecast', id]),
    ]);
    expect((await stat(bench.keyPath)).mode & 0o777).toBe(0o600);
    expect(await bench.summary()).toMatchObject({ entries: 10, forecasts: 8, outcomes: 1, unsigned: 10 });
    expect(RECORD_LEVELS).toEqual(QUANTILE_LEVELS);
  });

  it('enters nothing twice, and what comes later at the end', async () => {
    const rows = await bench.issue(START);
    await bench.service.extend();
    await expect(bench.service.extend()).resolves.toEqual({ entered: 0, signed: 0 });
    await bench.settle(rows.slice(0, 2));
    await bench.scores.store([voidScore(rows[2]!.id, START)]);
    await expect(bench.service.extend()).resolves.toEqual({ entered: 3, signed: 0 });
    await expect(bench.newService().extend()).resolves.toEqual({ entered: 0, signed: 0 });
    expect(await bench.summary()).toMatchObject({ entries: 8, outcomes: 3 });
  });

  it('enters variants and challengers too, and says which they are', async () => {
    await bench.issue(START);
    await bench.forecasts.store([forecastRow({ origin: START, features: [1] })]);
    const challenger = forecastRow({ origin: START, features: [2], role: 'challenger', modelName: 'other' });
    await bench.market.dataSource.getRepository(ForecastEntity).insert({ ...challenger, canonical: false });
    await bench.service.extend();
    const kinds = (await bench.bodies()).slice(5).map(({ role, canonical }) => ({ role, canonical }));
    expect(kinds).toEqual([
      { role: 'champion', canonical: false },
      { role: 'challenger', canonical: false },
    ]);
  });

  it('calls unproven what enters at or after its target, in a live bench.market by the wall clock', async () => {
    await bench.issue(START);
    bench.nowMs = START + 4 * HOUR_MS;
    await bench.service.extend();
    const marks = (await bench.bodies())
      .slice(1)
      .map(({ horizonHours, unproven }) => [horizonHours, unproven]);
    expect(new Map(marks as [number, unknown][])).toEqual(
      new Map<number, unknown>([
        [1, true],
        [4, true],
        [24, undefined],
        [168, undefined],
      ]),
    );
    expect(await bench.summary()).toMatchObject({ unproven: 2 });
  });

  it('asks the clock of a replay, taken to have run on since it was last seen', async () => {
    const [feed, source] = ['replay-00000001', 'replay'] as const;
    bench.market.clock.set(bench.nowMs);
    await setFeed(bench.market, { feed, venue: feed, eventAt: START + 30 * MINUTE_MS, speed: 3_600 });
    await bench.issue(START, { feed, source, venue: feed });
    bench.nowMs += 4_000; // four hours of the replay
    await bench.service.extend();
    const bodies = (await bench.bodies()).slice(1);
    expect(
      bodies
        .filter(({ unproven }) => unproven)
        .map(({ horizonHours }) => horizonHours)
        .sort(),
    ).toEqual([1, 4]);
    const unseen = { feed: 'replay-00000002', source: 'replay' as const, venue: 'replay-00000002' };
    await bench.issue(START, unseen);
    await bench.service.extend();
    expect(await bench.summary()).toMatchObject({ unproven: 2 + 4 });
  });

  it('signs each hour once it has ended, and never adds to an hour that is signed', async () => {
    await bench.issue(START);
    await bench.service.extend();
    bench.nowMs = START + HOUR_MS - 1;
    await expect(bench.service.extend()).resolves.toEqual({ entered: 0, signed: 0 });
    bench.nowMs = START + HOUR_MS;
    await expect(bench.service.extend()).resolves.toEqual({ entered: 0, signed: 1 });
    bench.nowMs = START + 30 * MINUTE_MS; // the clock goes back
    await bench.issue(START + HOUR_MS);
    await bench.service.extend();
    bench.nowMs = START + 5 * HOUR_MS;
    await bench.issue(START + 2 * HOUR_MS);
    await expect(bench.service.extend()).resolves.toEqual({ entered: 4, signed: 1 });
    bench.nowMs = START + 9 * HOUR_MS;
    await expect(bench.service.extend()).resolves.toEqual({ entered: 0, signed: 1 });
    const { roots, unsigned } = await bench.summary();
    expect(roots.map(({ hour }) => Date.parse(hour) - START)).toEqual([0, HOUR_MS, 5 * HOUR_MS]);
    expect(unsigned).toBe(0);
  });

  it('lets one of many writers at once enter each row', async () => {
    for (let i = 0; i < 12; i++) await bench.issue(START + i * HOUR_MS);
    const progress = await Promise.all(Array.from({ length: 4 }, () => bench.newService().extend()));
    expect(progress.reduce((sum, { entered }) => sum + entered, 0)).toBe(48);
    expect(await bench.summary()).toMatchObject({ entries: 49, forecasts: 48 });
  });

  it('goes on where it was killed, wherever that was', async () => {
    for (let i = 0; i < 160; i++) await bench.issue(START + i * HOUR_MS); // two batches
    for (let dieAt = 1; dieAt <= 8; dieAt++) {
      let calls = 0;
      bench.nowMs += 20 * MINUTE_MS;
      const connection = createDataSource({ url: bench.market.url, applicationName: 'mortal' });
      await connection.initialize();
      const mortal = new TrackRecordService(
        connection,
        new TrackRecordKeyFile(bench.keyPath),
        async (manager) => {
          calls += 1;
          if (calls === dieAt) await manager.query('SELECT pg_terminate_backend(pg_backend_pid())');
          return bench.nowMs;
        },
      );
      const outcome = await mortal.extend().then(
        () => 'done',
        () => 'killed',
      );
      await connection.destroy();
      expect([outcome, calls < dieAt]).toEqual(calls < dieAt ? ['done', true] : ['killed', false]);
      const rows = await bench.issue(START + (200 + dieAt) * HOUR_MS);
      await bench.settle(rows);
      await bench.summary(); // what is there is sound at any time
    }
    for (let i = 0; i < 2; i++) {
      bench.nowMs += HOUR_MS;
      await bench.newService().extend();
    }
    expect(await bench.summary()).toMatchObject({ forecasts: 160 * 4 + 8 * 4, outcomes: 32, unsigned: 0 });
  });

  it('finds a row that became visible long after the time it bears', async () => {
    await bench.issue(START);
    await bench.service.extend();
    const [late] = await bench.issue(START + HOUR_MS);
    await bench.market.dataSource.query('ALTER TABLE forecasts DISABLE TRIGGER USER');
    await bench.market.dataSource.query(
      `UPDATE forecasts SET recorded_at = '2020-01-01Z' WHERE origin_at = $1`,
      [late!.originAt],
    );
    await expect(bench.service.extend()).resolves.toMatchObject({ entered: 0 });
    bench.nowMs += HOUR_MS;
    await expect(bench.service.extend()).resolves.toMatchObject({ entered: 4 });
  });

  it('adds nothing to a chain that was tampered with', async () => {
    await bench.issue(START);
    await bench.service.extend();
    await bench.market.dataSource.query('ALTER TABLE track_record DISABLE TRIGGER USER');
    await bench.market.dataSource.query(
      `UPDATE track_record SET body = replace(body, '0.52', '0.53') WHERE seq = 5`,
    );
    await bench.issue(START + HOUR_MS);
    const broken = { kind: 'bug', code: 'track_record.broken', details: { seq: 5 } };
    await expect(bench.service.extend()).rejects.toMatchObject(broken);
    await expect(bench.summary()).rejects.toThrow('entry 5: its contents do not give its hash');
  });

  it('does not sign an hour in which an older entry was tampered with', async () => {
    await bench.issue(START);
    await bench.service.extend();
    await bench.market.dataSource.query('ALTER TABLE track_record DISABLE TRIGGER USER');
    await bench.market.dataSource.query(
      `UPDATE track_record SET body = replace(body, '0.52', '0.53') WHERE seq = 2`,
    );
    bench.nowMs += HOUR_MS;
    await expect(bench.service.extend()).rejects.toMatchObject({
      code: 'track_record.broken',
      details: { seq: 2 },
    });
  });
});
