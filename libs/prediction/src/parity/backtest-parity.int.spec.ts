import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  backtestOrigins,
  forecastCsv,
  forecastWithBaselines,
  forecastWithModel,
} from '@btcforecast/backtest';
import { slotsNeeded } from '@btcforecast/forecasting';
import { BASELINE_NAMES, HOUR_MS, hourlyWindow, type Candle } from '@btcforecast/timeseries';
import { openForecasting, shippedModels, type Forecasting } from '../../test/forecasting.js';
import { hourlyCandles, insertHourly, openMarket, type TestMarket } from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { MAX_BATCH, type MadeForecast } from '../forecasts/forecast-maker.service.js';
import { parseModelReference, readModelFiles, type ModelFiles } from '../models/model-files.js';
import { OnnxModel } from '../models/onnx-model.js';

/** The origins straddle the first of a month, where some models renew what they are made from. */
const LAST = Date.UTC(2025, 1, 1, 20);
const FIRST = LAST - (MAX_BATCH - 1) * HOUR_MS;
const ORIGINS = Array.from({ length: MAX_BATCH }, (_, i) => FIRST + i * HOUR_MS);
const HORIZONS = [1, 4, 24, 168];
/** Enough for a model that is corrected by hindcasts of 80 days. */
const SLOTS = 18_240 + 2_100;
const shipped = readdirSync(shippedModels).flatMap((name) =>
  readdirSync(join(shippedModels, name)).map((version) => `${name}@${version}`),
);

let market: TestMarket;
let candles: Candle[];

const start = () => openForecasting(market, new FeedSettings('live', 'live', 'test'));

beforeAll(async () => {
  market = await openMarket();
  candles = await hourlyCandles(FIRST - SLOTS * HOUR_MS, LAST + 200 * HOUR_MS);
  await insertHourly(market, 'venue', candles);
});
afterAll(() => market?.close());

describe.each(shipped)('a backtest of %s', (reference) => {
  const wanted = parseModelReference(reference);
  let forecasting: Forecasting;
  let files: ModelFiles;
  let live: readonly MadeForecast[];

  beforeAll(async () => {
    forecasting = await start();
    files = await readModelFiles(shippedModels, wanted);
    live = (await forecasting.make({ venue: 'venue', origins: ORIGINS }, wanted)).made;
  });
  afterAll(() => forecasting?.models.onApplicationShutdown());

  const at = (origin: number) => live.filter((forecast) => forecast.origin === origin);

  /** On candles since `from`, as the command makes it. */
  async function backtest(from: number, everyHours: number, batch: number) {
    const since = candles.filter(({ openTime }) => openTime >= from);
    const end = since.at(-1)!.openTime + HOUR_MS;
    const history = hourlyWindow(since, end, (end - from) / HOUR_MS);
    const { origins } = backtestOrigins(history, { from: FIRST, to: LAST, everyHours });
    const question = { history, origins, horizonsHours: HORIZONS };
    const open = () => OnnxModel.load(files);
    const { rows } = await forecastWithModel(question, { refit: 'none', batch, open });
    return { question, rows };
  }

  it.each([
    ['every hour, from the whole history, in one batch', () => SLOTS, 1, 256],
    ['every 7 h, from a shorter history, one by one', () => slotsNeeded(files.manifest) + 50, 7, 1],
    ['every 3 h, from what it needs alone, in batches of 5', () => slotsNeeded(files.manifest), 3, 5],
  ])('equals the live forecasts bit for bit: %s', async (_how, slots, everyHours, batch) => {
    const { question, rows } = await backtest(FIRST - slots() * HOUR_MS, everyHours, batch);
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

  it('equals what is made live after a restart, one origin at a time', async () => {
    const restarted = await start();
    for (const origin of [ORIGINS[0]!, ORIGINS[40]!, LAST]) {
      const { made } = await restarted.make({ venue: 'venue', origins: [origin] }, wanted);
      expect(made).toEqual(at(origin));
    }
    await restarted.models.onApplicationShutdown();
  });

  it('equals the live baselines bit for bit', async () => {
    const { question } = await backtest(FIRST - 18_240 * HOUR_MS, 21, 256);
    const sets = await forecastWithBaselines(question);
    for (const name of BASELINE_NAMES) {
      expect(sets[name].rows).toEqual(
        question.origins.map((origin) => at(origin).map(({ baselines }) => baselines[name])),
      );
    }
  });
});
