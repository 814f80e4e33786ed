import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  backtestOrigins,
  forecastCsv,
  forecastWithBaselines,
  forecastWithModel,
} from '@btcforecast/backtest';
import { BASELINE_NAMES, HOUR_MS, hourlyWindow, type Candle } from '@btcforecast/timeseries';
import { openForecasting, shippedModels, type Forecasting } from '../../test/forecasting.js';
import { hourlyCandles, INSTRUMENT, insertHourly, openMarket, type TestMarket } from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { MAX_BATCH, type MadeForecast } from '../forecasts/forecast-maker.service.js';
import { readModelFiles } from '../models/model-files.js';
import { OnnxModel } from '../models/onnx-model.js';

const LAST = Date.UTC(2025, 0, 15);
const FIRST = LAST - (MAX_BATCH - 1) * HOUR_MS;
const HORIZONS = [1, 4, 24, 168];
const EARLIER_SLOTS = 900;

let market: TestMarket;
let forecasting: Forecasting;
let candles: Candle[];
let live: readonly MadeForecast[];

beforeAll(async () => {
  market = await openMarket();
  forecasting = await openForecasting(market, new FeedSettings('live', 'live', 'test'));
  candles = await hourlyCandles(FIRST - (18_240 + EARLIER_SLOTS) * HOUR_MS, LAST + 200 * HOUR_MS);
  await insertHourly(market, 'venue', candles);
  const origins = Array.from({ length: MAX_BATCH }, (_, i) => FIRST + i * HOUR_MS);
  live = (await forecasting.maker.make({ instrument: INSTRUMENT, venue: 'venue', origins })).made;
});
afterAll(async () => {
  await forecasting?.models.onApplicationShutdown();
  await market?.close();
});

/** A backtest with the shipped model on candles since `start`, as the command makes it. */
async function backtest(start: number, everyHours: number, batch: number) {
  const since = candles.filter(({ openTime }) => openTime >= start);
  const end = since.at(-1)!.openTime + HOUR_MS;
  const history = hourlyWindow(since, end, (end - start) / HOUR_MS);
  const { origins } = backtestOrigins(history, { from: FIRST, to: LAST, everyHours });
  const question = { history, origins, horizonsHours: HORIZONS };
  const files = await readModelFiles(shippedModels, { name: 'har', version: 1 });
  const { rows } = await forecastWithModel(question, {
    refit: 'none',
    batch,
    open: () => OnnxModel.load(files),
  });
  return { question, rows };
}

const at = (origin: number) => live.filter((forecast) => forecast.origin === origin);

describe('a backtest', () => {
  it.each([
    ['every hour, from the whole history, in one batch', EARLIER_SLOTS, 1, 256],
    ['every 7 h, from a shorter history, one by one', 100, 7, 1],
    ['every 3 h, from the window alone, in batches of 5', 0, 3, 5],
  ])('equals the live forecasts bit for bit: %s', async (_how, earlier, everyHours, batch) => {
    const { question, rows } = await backtest(FIRST - (18_240 + earlier) * HOUR_MS, everyHours, batch);
    expect(rows).toHaveLength(Math.floor((MAX_BATCH - 1) / everyHours) + 1);
    expect(rows).toEqual(question.origins.map((origin) => at(origin).map(({ quantiles }) => quantiles)));
    const prices = [...forecastCsv({ ...question, rows })]
      .slice(1)
      .map((line) => line.split(',').map(Number));
    expect(prices).toEqual(
      question.origins
        .flatMap(at)
        .map(({ origin, horizonHours, price, quantiles }) => [
          origin,
          horizonHours,
          ...quantiles.map((q) => price * Math.exp(q)),
        ]),
    );
  });

  it('equals the live baselines bit for bit', async () => {
    const { question } = await backtest(FIRST - 18_240 * HOUR_MS, 9, 256);
    const sets = await forecastWithBaselines(question);
    for (const name of BASELINE_NAMES) {
      expect(sets[name].rows).toEqual(
        question.origins.map((origin) => at(origin).map(({ baselines }) => baselines[name])),
      );
    }
  });
});
