import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  forecastOrigins,
  isFailure,
  slotsNeeded,
  type ForecastOptions,
  type OriginForecast,
} from '@btcforecast/forecasting';
import { repositoryRoot } from '@btcforecast/testing';
import { HOUR_MS, hourlyWindow, sliceWindow, type Candle, type HourlyWindow } from '@btcforecast/timeseries';
import { syntheticCandles } from '../../test/market.js';
import { parseModelReference, readModelFiles } from '../models/model-files.js';
import { OnnxModel } from '../models/onnx-model.js';

const folder = join(repositoryRoot, 'models');
const shipped = readdirSync(folder).flatMap((name) =>
  readdirSync(join(folder, name)).map((version) => `${name}@${version}`),
);
const END = Date.UTC(2025, 0, 20);
const LAST = END - 200 * HOUR_MS;
/** Every 5 h, across the first of a month, where some models renew what they are made from. */
const ORIGINS = Array.from({ length: 60 }, (_, i) => LAST - (59 - i) * 5 * HOUR_MS);
const HOURS = 22_000;
const candles = syntheticCandles(END, HOURS);
const history = hourlyWindow(candles, END, HOURS);

describe.each(shipped)('the shipped model %s', (reference) => {
  let model: OnnxModel;
  let expected: readonly OriginForecast[];

  const open = async () => OnnxModel.load(await readModelFiles(folder, parseModelReference(reference)));
  const made = async (from: HourlyWindow, origins: readonly number[], options?: ForecastOptions) => {
    const answers = await forecastOrigins(model, from, origins, options);
    expect(answers.filter(isFailure)).toEqual([]);
    return answers as OriginForecast[];
  };

  beforeAll(async () => {
    model = await open();
    expected = await made(history, ORIGINS, { batch: 256 });
  });
  afterAll(() => model?.release());

  it('answers with finite quantiles that ascend and spread, more for more time', () => {
    for (const { horizons } of expected) {
      for (const { quantiles, volatility } of horizons) {
        expect(quantiles.every(Number.isFinite)).toBe(true);
        expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
        expect(quantiles.at(-1)! - quantiles[0]!).toBeGreaterThan(volatility);
      }
      const spreads = horizons.map(({ volatility }) => volatility);
      expect([...spreads].sort((a, b) => a - b)).toEqual(spreads);
    }
  });

  it('does not see what comes after an origin: deleted and tripled candles change no bit', async () => {
    for (const i of [0, 17, 59]) {
      const origin = ORIGINS[i]!;
      const meddlings: ((candle: Candle) => Candle[])[] = [
        () => [],
        ({ openTime, open, high, low, close, volume }) => [
          { openTime, open: 3 * open, high: 3 * high, low: 3 * low, close: 3 * close, volume: 3 * volume },
        ],
      ];
      for (const meddle of meddlings) {
        const meddled = candles.flatMap((candle) => (candle.openTime < origin ? [candle] : meddle(candle)));
        expect(await made(hourlyWindow(meddled, END, HOURS), [origin])).toEqual([expected[i]]);
      }
    }
  });

  it('does see what comes before it', async () => {
    const origin = ORIGINS[0]!;
    const changed = candles.map((candle) =>
      candle.openTime < origin &&
      candle.openTime >= origin - 720 * HOUR_MS &&
      candle.openTime % (2 * HOUR_MS) === 0
        ? { ...candle, high: candle.high * 1.02, close: candle.close * 1.01 }
        : candle,
    );
    expect(await made(hourlyWindow(changed, END, HOURS), [origin])).not.toEqual([expected[0]]);
  });

  it('gives the same bits one by one, with another step and from the shortest history', async () => {
    const some = [3, 20, 21, 58];
    for (const i of some) {
      const origin = ORIGINS[i]!;
      const shortest = sliceWindow(history, origin, slotsNeeded(model.manifest));
      expect(await made(shortest, [origin], { batch: 1 })).toEqual([expected[i]]);
    }
    const stepped = ORIGINS.filter((_, i) => i % 7 === 2);
    expect(await made(history, stepped, { batch: 5 })).toEqual(expected.filter((_, i) => i % 7 === 2));
  });

  it('gives the same bits when it is loaded anew', async () => {
    const first = model;
    model = await open();
    await first.release();
    expect(await made(history, ORIGINS.slice(10, 14))).toEqual(expected.slice(10, 14));
  });
});
