import { describe, expect, it } from '@jest/globals';
import { empiricalQuantiles, HOUR_MS, sliceWindow, type HourlyWindow } from '@btcforecast/timeseries';
import { givenFor, inputsBatch, type CorrectionSpec } from '@btcforecast/training';
import fc from 'fast-check';
import { answering, historyOf, marketCandles, trainedModel } from '../test/market.js';
import { forecastOrigins, type ForecastOptions } from './forecast-origins.js';
import { isFailure, type OriginForecast } from './origin-forecast.js';
import { outcomeAt } from './raw-answers.js';
import { slotsNeeded } from './slots-needed.js';

const HOURS = 20_000;
const SPAN = 200;
const candles = marketCandles(HOURS);
const history = historyOf(candles);
const spec: CorrectionSpec = {
  kind: 'rolling_recalibration',
  spanHours: SPAN,
  minOutcomes: 100,
  weights: [0.25, 0.5, 1, 0],
};
const plain = trainedModel(history, history.end - 2_000 * HOUR_MS);
const model = answering({ ...plain.manifest, correction: spec });
const at = (hoursBack: number) => history.end - hoursBack * HOUR_MS;
const ORIGINS = [900, 894, 300, 299, 200].map(at);

async function made(of: HourlyWindow, origins: readonly number[], options?: ForecastOptions, by = model) {
  const answers = await forecastOrigins(by, of, origins, options);
  const failed = answers.find(isFailure);
  if (failed) throw new Error(failed.reason);
  return answers as OriginForecast[];
}

describe('forecastOrigins', () => {
  it('answers each origin in the order asked, with all that entered', async () => {
    const forecasts = await made(history, ORIGINS.toReversed(), {}, plain);
    expect(forecasts.map(({ origin }) => origin)).toEqual(ORIGINS.toReversed());
    for (const { origin, price, horizons } of forecasts) {
      expect(price).toBe(candles.find(({ openTime }) => openTime === origin - HOUR_MS)!.close);
      expect(horizons.map(({ horizonHours }) => horizonHours)).toEqual([1, 4, 24, 168]);
      const [inputs] = inputsBatch(history, [origin], plain.manifest);
      for (const [h, { quantiles, given, volatility, sorted }] of horizons.entries()) {
        expect(given).toEqual(givenFor(inputs!, plain.manifest, h));
        expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
        expect({ sorted, isPositive: volatility > 0 }).toEqual({ sorted: false, isPositive: true });
      }
    }
  });

  it('needs the window alone without a correction, and its span and the longest horizon with one', () => {
    expect(slotsNeeded(plain.manifest)).toBe(18_240);
    expect(slotsNeeded(model.manifest)).toBe(18_240 + SPAN + 168);
    expect(slotsNeeded({ ...model.manifest, correction: { ...spec, weights: [0, 0, 0, 0] } })).toBe(18_240);
  });

  it('gives an origin the same bits in any batch, company and order, and from any sufficient history', async () => {
    const expected = new Map((await made(history, ORIGINS)).map((one) => [one.origin, one]));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(ORIGINS, { minLength: 1 }),
        fc.constantFrom(1, 3, 7, 256),
        fc.constantFrom(0, 1, 500),
        async (origins, batch, spare) => {
          const slots = slotsNeeded(model.manifest) + (Math.max(...origins) - Math.min(...origins)) / HOUR_MS;
          const since = sliceWindow(history, Math.max(...origins), slots + spare);
          expect(await made(since, origins, { batch })).toEqual(
            origins.map((origin) => expected.get(origin)),
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  it('does not see anything after the origin: removed and tripled candles change no bit', async () => {
    for (const origin of [ORIGINS[0]!, ORIGINS[4]!]) {
      const expected = await made(history, [origin]);
      const earlier = candles.filter(({ openTime }) => openTime < origin);
      const tripled = candles.map((candle) =>
        candle.openTime < origin ? candle : { ...candle, high: 3 * candle.high, close: 3 * candle.close },
      );
      for (const meddled of [earlier, tripled]) {
        expect(await made(historyOf(meddled), [origin])).toEqual(expected);
      }
    }
  });

  it('corrects by the outcomes known at the origin, the one that closes there included', async () => {
    const origin = ORIGINS[2]!;
    const [forecast] = await made(history, [origin]);
    for (const [h, hours] of [1, 4, 24].entries()) {
      const hindcasts = Array.from({ length: SPAN }, (_, i) => origin - (hours + SPAN - 1 - i) * HOUR_MS);
      const errors = await Promise.all(
        hindcasts.map(async (earlier) => {
          const [{ horizons } = { horizons: [] }] = await made(history, [earlier], {}, plain);
          const { quantiles, volatility } = horizons[h]!;
          return quantiles.map((q) => (outcomeAt(history, earlier, hours) - q) / volatility);
        }),
      );
      const [raw] = await made(history, [origin], {}, plain);
      const shifts = plain.manifest.levels.map(
        (level, l) =>
          empiricalQuantiles(
            Float64Array.from(errors, (row) => row[l]!),
            [level],
          )[0]!,
      );
      const { quantiles, volatility, given } = raw!.horizons[h]!;
      expect(forecast!.horizons[h]!.given).toEqual([...given, ...shifts]);
      expect(forecast!.horizons[h]!.quantiles).toEqual(
        quantiles.map((q, l) => q + spec.weights[h]! * volatility * shifts[l]!).sort((a, b) => a - b),
      );
    }
    expect(forecast!.horizons[3]).toEqual((await made(history, [origin], {}, plain))[0]!.horizons[3]);
  });

  it('asks each hindcast once for all origins of a call', async () => {
    const fresh = answering(model.manifest);
    await made(history, [at(5), at(4), at(3)], { batch: 1_000 }, fresh);
    expect(fresh.runs).toEqual([SPAN + 23 + 3]); // back to 24 h and the span, none after the last origin
  });

  it('leaves out hindcasts without a candle or an outcome, and corrects nothing with too few', async () => {
    const origin = ORIGINS[2]!;
    const without = (from: number, to: number) =>
      historyOf(
        candles.filter(
          ({ openTime }) => openTime < origin - from * HOUR_MS || openTime >= origin - to * HOUR_MS,
        ),
      );
    const [holed] = await made(without(60, 50), [origin]);
    expect(holed!.horizons[0]!.given).toHaveLength(23 + 1 + 7 + 7);
    const empty = await made(without(230, 90), [origin]);
    const raw = await made(without(230, 90), [origin], {}, plain);
    expect(empty).toEqual(raw);
  });

  it('reports an origin without candle or history and answers the others', async () => {
    const hole = ORIGINS[2]!;
    const holed = historyOf(candles.filter(({ openTime }) => openTime !== hole - HOUR_MS));
    const early = candles[0]!.openTime + 500 * HOUR_MS;
    const answers = await forecastOrigins(model, holed, [early, hole, hole + HOUR_MS]);
    expect(answers.map((one) => (isFailure(one) ? one.reason : one.origin))).toEqual([
      expect.stringMatching(/only 500 hourly candles/),
      expect.stringMatching(/is missing/),
      hole + HOUR_MS,
    ]);
  });

  it('sorts quantiles that cross and says so; refuses what is no number', async () => {
    const meddling = (change: (quantiles: Float64Array) => void) => ({
      ...plain,
      predict: async (...args: Parameters<typeof plain.predict>) => {
        const answers = await plain.predict(...args);
        for (const { quantiles } of answers) change(quantiles[1]!);
        return answers;
      },
    });
    const [crossed] = await forecastOrigins(
      meddling((row) => row.reverse()),
      history,
      [ORIGINS[0]!],
    );
    const [fine] = await made(history, [ORIGINS[0]!], {}, plain);
    expect((crossed as OriginForecast).horizons.map(({ sorted }) => sorted)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect((crossed as OriginForecast).horizons[1]!.quantiles).toEqual(fine!.horizons[1]!.quantiles);
    const [broken] = await forecastOrigins(
      meddling((row) => row.fill(NaN)),
      history,
      [ORIGINS[0]!],
    );
    expect(broken).toEqual({ origin: ORIGINS[0], reason: expect.stringMatching(/no numbers/) });
  });

  it('says how far it is, gives others a turn, and refuses an origin off the hour', async () => {
    const shares: number[] = [];
    let turns = 0;
    const pause = () => Promise.resolve(void turns++);
    await made(history, ORIGINS, { batch: 100, onProgress: (share) => shares.push(share), pause });
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(turns).toBeGreaterThan(SPAN);
    await expect(forecastOrigins(model, history, [ORIGINS[0]! + 1])).rejects.toThrow(/no full hour/);
    expect(await forecastOrigins(model, history, [])).toEqual([]);
  });
});
