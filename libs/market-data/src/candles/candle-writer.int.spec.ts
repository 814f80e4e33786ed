import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { candle } from '@btcforecast/testing';
import { HOUR_MS, MINUTE_MS, type Candle } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { INSTRUMENT, openRig, storedCandles, type Rig } from '../market-data.fixture.js';
import { lineOf, walk } from '../walk.fixture.js';
import { CandleWriter } from './candle-writer.js';

const T0 = Date.UTC(2025, 0, 31, 20);
let rig: Rig;
let writer: CandleWriter;
let venues = 0;

beforeAll(async () => {
  rig = await openRig();
  writer = new CandleWriter(rig.dataSource);
});
afterAll(() => rig.close());

const venue = () => `venue-${(venues += 1)}`;
const write = (name: string, candles: readonly Candle[], nowMs = T0 + 1_000 * HOUR_MS) =>
  writer.write({
    instrument: INSTRUMENT,
    venue: name,
    interval: '1h',
    provenance: 'fetched',
    candles,
    nowMs,
  });
const corrections = (name: string) =>
  rig.dataSource.query<{ close: number; known: number }[]>(
    `SELECT close, date_part('epoch', known_at) * 1000 AS known FROM candle_corrections WHERE venue = $1 ORDER BY close`,
    [name],
  );

describe('CandleWriter', () => {
  it('keeps the first final value and puts a later one beside it, with the time at which it became known', async () => {
    const name = venue();
    await write(name, [candle({ openTime: T0, close: 100 })]);
    const known = T0 + 5 * HOUR_MS;
    const outcome = await write(name, [candle({ openTime: T0, close: 101 })], known);
    expect(outcome).toEqual({ stored: [], corrections: 1, rejected: [] });
    expect(await storedCandles(rig.dataSource, name, '1h')).toEqual([
      lineOf(candle({ openTime: T0, close: 100 })),
    ]);
    expect(await corrections(name)).toEqual([{ close: 101, known }]);
  });

  it('writes a correction down once, however often it comes', async () => {
    const name = venue();
    await write(name, [candle({ openTime: T0, close: 100 })]);
    for (let i = 0; i < 3; i++) await write(name, [candle({ openTime: T0, close: 101 })]);
    expect(await corrections(name)).toHaveLength(1);
  });

  it('does not call the last digit of a sum of volumes a correction', async () => {
    const name = venue();
    await write(name, [candle({ openTime: T0, volume: 0.3 })]);
    expect(await write(name, [candle({ openTime: T0, volume: 0.1 + 0.2 })])).toMatchObject({
      corrections: 0,
    });
    expect(await write(name, [candle({ openTime: T0, volume: 0.31 })])).toMatchObject({ corrections: 1 });
  });

  it('refuses what cannot be true, says why, and stores the rest', async () => {
    const name = venue();
    const outcome = await write(
      name,
      [
        candle({ openTime: T0 }),
        candle({ openTime: T0 + HOUR_MS, high: 50 }),
        candle({ openTime: T0 + 2 * HOUR_MS, close: NaN, high: 100, low: 100 }),
        candle({ openTime: T0 + 3 * HOUR_MS, low: -1 }),
        candle({ openTime: T0 + 4 * HOUR_MS + 1 }),
        candle({ openTime: T0 + 5 * HOUR_MS, volume: -1 }),
        candle({ openTime: T0 + 6 * HOUR_MS }),
      ],
      T0 + 6.5 * HOUR_MS,
    );
    expect(outcome.stored).toEqual([T0]);
    expect(outcome.rejected.map(({ openTime, reason }) => [(openTime - T0) / HOUR_MS, reason])).toEqual([
      [1, 'the high lies below the open or the close'],
      [2, 'a price is not a positive number'],
      [3, expect.any(String)],
      [4 + 1 / HOUR_MS, 'the open time is not on the grid of the interval'],
      [5, 'the volume is not a number of zero or more'],
      [6, 'the candle closes in the future'],
    ]);
  });

  it('makes the partitions of the months that it needs', async () => {
    const name = venue();
    const { stored } = await write(name, walk('1h', Date.UTC(2019, 10, 30, 22), 24 * 40));
    expect(stored).toHaveLength(24 * 40);
    const rows = await rig.dataSource.query<{ name: string }[]>(
      `SELECT DISTINCT tableoid::regclass::text AS name FROM candles WHERE venue = $1 ORDER BY 1`,
      [name],
    );
    expect(rows.map((row) => row.name)).toEqual(['candles_2019_11', 'candles_2019_12', 'candles_2020_01']);
  });

  it('ends with the same table for any order, duplication and interleaving of the same candles', async () => {
    const candles = walk('1h', T0, 12);
    const expected = candles.map(lineOf);
    const parts = fc.array(fc.array(fc.constantFrom(...candles), { maxLength: 8 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (batches, atOnce) => {
        const name = venue();
        const shuffled = [...batches, candles.toReversed()];
        if (atOnce) await Promise.all(shuffled.map((batch) => write(name, batch)));
        else for (const batch of shuffled) await write(name, batch);
        expect(await storedCandles(rig.dataSource, name, '1h')).toEqual(expected);
        expect(await corrections(name)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('loses neither value when two writers bring different ones at once', async () => {
    const name = venue();
    const rival = Array.from({ length: 8 }, (_writer, i) =>
      write(name, [candle({ openTime: T0, close: 100 + i })]),
    );
    const outcomes = await Promise.all(rival);
    expect(outcomes.filter(({ stored }) => stored.length === 1)).toHaveLength(1);
    expect(await corrections(name)).toHaveLength(7);
  });

  it('lets writers pass each other that bring the same candles in opposite orders', async () => {
    const name = venue();
    const candles = walk('1m', T0, 4_000);
    const nowMs = T0 + 4_000 * MINUTE_MS;
    const bring = (given: Candle[]) =>
      writer.write({
        instrument: INSTRUMENT,
        venue: name,
        interval: '1m',
        provenance: 'fetched',
        candles: given,
        nowMs,
      });
    const outcomes = await Promise.all([bring(candles), bring([...candles].reverse()), bring(candles)]);
    expect(outcomes.reduce((sum, { stored }) => sum + stored.length, 0)).toBe(4_000);
    expect(await storedCandles(rig.dataSource, name, '1m')).toHaveLength(4_000);
  });
});
