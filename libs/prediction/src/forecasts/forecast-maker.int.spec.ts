import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS, type Candle } from '@btcforecast/timeseries';
import { openForecasting, type Forecasting } from '../../test/forecasting.js';
import { hourlyCandles, insertHourly, openMarket, type TestMarket } from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { MAX_BATCH } from './forecast-maker.service.js';

const ORIGIN = Date.UTC(2025, 0, 15);
const SLOTS = 18_240;

let market: TestMarket;
let forecasting: Forecasting;
let history: Candle[];

const make = (venue: string, ...origins: number[]) => forecasting.make({ venue, origins });
const upTo = (origin: number) => history.filter(({ openTime }) => openTime < origin);

beforeAll(async () => {
  market = await openMarket();
  forecasting = await openForecasting(market, new FeedSettings('live', 'live', 'test'));
  history = await hourlyCandles(ORIGIN - (SLOTS + 500) * HOUR_MS, ORIGIN + 300 * HOUR_MS);
  await insertHourly(market, 'full', history);
});
afterAll(async () => {
  await forecasting?.models.onApplicationShutdown();
  await market?.close();
});

describe('ForecastMaker', () => {
  it('answers four horizons with ordered, finite quantiles around the last close', async () => {
    const { made, failures } = await make('full', ORIGIN);
    expect(failures).toEqual([]);
    expect(made.map(({ horizonHours }) => horizonHours)).toEqual([1, 4, 24, 168]);
    for (const forecast of made) {
      expect(forecast.price).toBe(upTo(ORIGIN).at(-1)!.close);
      for (const quantiles of [forecast.quantiles, ...Object.values(forecast.baselines)]) {
        expect(quantiles).toHaveLength(7);
        expect(quantiles.every(Number.isFinite)).toBe(true);
        expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
        expect(quantiles[0]!).toBeLessThan(0);
        expect(quantiles[6]!).toBeGreaterThan(0);
      }
      expect(Object.keys(forecast.baselines)).toEqual(['ewma_rw', 'garch_t', 'uncond_1y']);
      expect(forecast.probabilityUp).toBeGreaterThan(0.3);
      expect(forecast.probabilityUp).toBeLessThan(0.7);
    }
    const widths = made.map(({ volatility }) => volatility);
    expect([...widths].sort((a, b) => a - b)).toEqual(widths); // more can happen in a longer time
  });

  it('sees nothing after the origin: cut, tripled or absurd later candles change no bit', async () => {
    const later = history.filter(({ openTime }) => openTime >= ORIGIN);
    const scaled = (factor: number) =>
      later.map(({ openTime, open, high, low, close, volume }) => ({
        openTime,
        open: open * factor,
        high: high * factor,
        low: low * factor,
        close: close * factor,
        volume: volume * factor,
      }));
    await insertHourly(market, 'cut', upTo(ORIGIN));
    await insertHourly(market, 'tripled', [...upTo(ORIGIN), ...scaled(3)]);
    await insertHourly(market, 'absurd', [...upTo(ORIGIN), ...scaled(1e6)]);
    const { made } = await make('full', ORIGIN);
    for (const venue of ['cut', 'tripled', 'absurd']) {
      expect((await make(venue, ORIGIN)).made).toEqual(made);
    }
  });

  it('sees exactly the window: candles before it change no bit, one inside it does', async () => {
    const start = ORIGIN - SLOTS * HOUR_MS;
    await insertHourly(
      market,
      'window',
      upTo(ORIGIN).filter(({ openTime }) => openTime >= start),
    );
    const inside = upTo(ORIGIN).map((candle) =>
      candle.openTime === ORIGIN - 5 * HOUR_MS ? { ...candle, volume: candle.volume * 2 } : candle,
    );
    await insertHourly(market, 'changed', inside);
    const { made } = await make('full', ORIGIN);
    expect((await make('window', ORIGIN)).made).toEqual(made);
    expect((await make('changed', ORIGIN)).made).not.toEqual(made);
  });

  it('gives each origin the same bits alone, in a batch of 64 and in a batch with holes', async () => {
    const origins = Array.from({ length: MAX_BATCH }, (_, i) => ORIGIN - (MAX_BATCH - 1 - i) * HOUR_MS);
    const batch = await make('full', ...origins);
    expect(batch.made).toHaveLength(MAX_BATCH * 4);
    const of = (origin: number) => batch.made.filter((forecast) => forecast.origin === origin);
    for (const origin of [origins[0]!, origins[31]!, ORIGIN]) {
      expect((await make('full', origin)).made).toEqual(of(origin));
    }
    const some = [origins[0]!, origins[7]!, origins[40]!];
    expect((await make('full', ...some)).made).toEqual(some.flatMap(of));
  });

  it('reports an origin without enough history and answers the others', async () => {
    const young = upTo(ORIGIN).slice(-2_162); // 2,160 are needed
    await insertHourly(market, 'young', young);
    const origins = [3, 2, 1, 0].map((hours) => ORIGIN - hours * HOUR_MS);
    const { made, failures } = await make('young', ...origins);
    expect(failures.map(({ origin }) => origin)).toEqual([origins[0]]);
    expect(failures[0]?.reason).toContain('2159 hourly candles');
    expect(new Set(made.map(({ origin }) => origin))).toEqual(new Set(origins.slice(1)));
  });

  it('reports an origin whose own candle is missing', async () => {
    const { made, failures } = await make('cut', ORIGIN, ORIGIN + HOUR_MS);
    expect(new Set(made.map(({ origin }) => origin))).toEqual(new Set([ORIGIN]));
    expect(failures).toEqual([{ origin: ORIGIN + HOUR_MS, reason: expect.stringContaining('is missing') }]);
  });
});
