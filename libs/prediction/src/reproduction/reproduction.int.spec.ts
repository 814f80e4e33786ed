import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_LIMITS, ReproductionReply } from '@btcforecast/contracts';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import { forecastRow } from '../../test/forecast-row.js';
import { openForecasting, shippedModels, type Forecasting } from '../../test/forecasting.js';
import {
  hourlyCandles,
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  type TestMarket,
} from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { readModelFiles } from '../models/model-files.js';
import { ReproductionService } from './reproduction.service.js';

const ORIGIN = Date.UTC(2025, 0, 15);
const SLOTS = 18_240;
/** Missing when forecasts are issued, and fetched afterwards. */
const LATE_OPEN_TIME = ORIGIN - 30 * HOUR_MS;
const settings = new FeedSettings('replay-000000aa', 'replay', 'test');
const { feed } = settings;

let market: TestMarket;
let folder: string;
let history: Candle[];
let forecasting: Forecasting;
let service: ReproductionService;
let ids: string[];

/** What prediction is after a start: nothing in memory, everything in the database. */
async function start(): Promise<void> {
  forecasting = await openForecasting(market, settings, { folder, champion: 'corrected@1' });
  const { forecasts, candles, models } = forecasting;
  service = new ReproductionService(forecasts, candles, models);
}
const verdictsOf = async (some: readonly string[]) => {
  const replies = await Promise.all(some.map((id) => service.reproduce(id, NO_LIMITS)));
  return [...new Set(replies.map(({ verdict }) => verdict))];
};

/** The shipped model under another name, its answers corrected by hindcasts, which is the hard case. */
async function writeCorrectedModel(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'btcf-models-'));
  const { manifest, onnx } = await readModelFiles(shippedModels, { name: 'har', version: 1 });
  const weights = [0.25, 0.5, 0.25, 0];
  const correction = { kind: 'rolling_recalibration', spanHours: 240, minOutcomes: 48, weights };
  await mkdir(join(place, 'corrected', '1'), { recursive: true });
  await writeFile(join(place, 'corrected', '1', 'model.onnx'), onnx);
  await writeFile(
    join(place, 'corrected', '1', 'manifest.json'),
    JSON.stringify({ ...manifest, name: 'corrected', correction }),
  );
  return place;
}

beforeAll(async () => {
  market = await openMarket();
  folder = await writeCorrectedModel();
  history = await hourlyCandles(ORIGIN - (SLOTS + 500) * HOUR_MS, ORIGIN + 12 * HOUR_MS);
  await insertHourly(
    market,
    feed,
    history.filter(({ openTime }) => openTime !== LATE_OPEN_TIME),
  );
  await setFeed(market, { feed, venue: feed, eventAt: ORIGIN + 12 * HOUR_MS + 1_000 });
  await start();
  const origins = Array.from({ length: 13 }, (_, i) => ORIGIN + i * HOUR_MS);
  const { issued, failures } = await forecasting.issuer.issue(feed, INSTRUMENT, origins);
  expect(failures).toEqual([]);
  ids = issued.map(({ id }) => id);
});
afterAll(async () => {
  await forecasting?.models.onApplicationShutdown();
  await market?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('reproducing a forecast', () => {
  it('gives every issued one bit for bit, all asked for at once', async () => {
    expect(ids).toHaveLength(52);
    const some = ids.filter((_, i) => i % 4 === Math.floor(i / 4) % 4);
    expect(await verdictsOf(some)).toEqual(['identical']);
    const reply = ReproductionReply.parse(await service.reproduce(ids[0]!, NO_LIMITS));
    expect(reply).toMatchObject({ id: ids[0], recomputedId: ids[0], largestDifference: 0 });
    expect(reply.recomputed).toEqual(reply.stored);
    expect(reply.runtime.now).toEqual(reply.runtime.stored);
  });

  it('gives it after a restart, too', async () => {
    await forecasting.models.onApplicationShutdown();
    await start();
    expect(await verdictsOf(ids.slice(-4))).toEqual(['identical']);
  });

  it('goes by the first value of a candle, whatever correction of it came later', async () => {
    const last = history.findLast(({ openTime }) => openTime < ORIGIN)!;
    await market.dataSource.query(
      `INSERT INTO candle_corrections (instrument, venue, "interval", open_time, open, high, low, close, volume,
         provenance, known_at) VALUES ($1, $2, '1h', $3, $4, $5, $6, $7, $8, 'fetched', now())`,
      [INSTRUMENT, feed, new Date(last.openTime), last.open, 2 * last.high, last.low, 1.5 * last.close, 1],
    );
    expect(await verdictsOf(ids.slice(0, 4))).toEqual(['identical']);
  });

  it('leaves out a candle that was missing when it was issued, and says so', async () => {
    await insertHourly(
      market,
      feed,
      history.filter(({ openTime }) => openTime === LATE_OPEN_TIME),
    );
    const reply = await service.reproduce(ids[1]!, NO_LIMITS);
    expect(reply).toMatchObject({ verdict: 'identical', recomputedId: ids[1] });
    expect(reply.detail).toContain('without the 1 candles of its window that were stored only after');
  });

  it('tells when the stored candles are not those that it was made from', async () => {
    const closed = history.findLast(({ openTime }) => openTime < ORIGIN)!;
    const change = (close: number) =>
      market.dataSource.query(
        `UPDATE candles SET close = $1, high = greatest(high, $1) WHERE venue = $2 AND open_time = $3`,
        [close, feed, new Date(closed.openTime)],
      );
    await change(closed.close * 1.01);
    const reply = await service.reproduce(ids[0]!, NO_LIMITS);
    expect(reply.verdict).toBe('different');
    expect(reply.recomputedId).not.toBe(ids[0]);
    expect(reply.largestDifference).toBeGreaterThan(1e-4);
    expect(reply.detail).toContain('the inputs differ');
    await market.dataSource.query(
      'UPDATE candles SET close = $1, high = $2 WHERE venue = $3 AND open_time = $4',
      [closed.close, closed.high, feed, new Date(closed.openTime)],
    );
    expect(await verdictsOf([ids[0]!])).toEqual(['identical']);
  });

  it('is refused when there is no such forecast, its model is gone, or its candles are', async () => {
    await expect(service.reproduce('0'.repeat(64), NO_LIMITS)).rejects.toMatchObject({
      kind: 'caller',
      code: 'forecast.not_found',
    });
    const model = { feed, modelName: 'corrected', modelVersion: 1 };
    const gone = forecastRow({ ...model, modelName: 'gone', origin: ORIGIN, venue: 'a' });
    const bare = forecastRow({ ...model, origin: ORIGIN - HOUR_MS, venue: 'nowhere' });
    await forecasting.forecasts.store([gone, bare]);
    for (const [row, reason] of [
      [gone, 'gone@1 is not in this database'],
      [bare, 'import the candles'],
    ] as const) {
      await expect(service.reproduce(row.id, NO_LIMITS)).rejects.toMatchObject({
        kind: 'caller',
        code: 'forecast.not_reproducible',
        message: expect.stringContaining(reason),
      });
    }
    expect(await verdictsOf([ids[5]!])).toEqual(['identical']); // a failed one stops no other
  });

  it('turns away whoever would wait too long', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 25 }, (_, i) => service.reproduce(ids[i]!, NO_LIMITS)),
    );
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ reason: { kind: 'transient', code: 'service.not_ready' } });
  });
});
