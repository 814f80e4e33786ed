import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, resample, validateCandle } from '@btcforecast/timeseries';
import { createDemoMarket } from './demo-market.js';

const FROM = Date.UTC(2025, 5, 1);
const market = createDemoMarket(11);

describe('createDemoMarket', () => {
  it('is the same for the same seed, in whatever order it is asked, and another one for another seed', () => {
    const range = [FROM, FROM + DAY_MS] as const;
    const again = createDemoMarket(11);
    again.candles('1m', FROM + 300 * DAY_MS, FROM + 301 * DAY_MS);
    expect(again.candles('1m', ...range)).toEqual(market.candles('1m', ...range));
    expect(createDemoMarket(12).candles('1m', ...range)).not.toEqual(market.candles('1m', ...range));
  });

  it('has another course for each instrument, the same whatever else is traded', () => {
    const range = [FROM, FROM + DAY_MS] as const;
    const closes = (instrument: string) =>
      createDemoMarket(11, instrument)
        .candles('1h', ...range)
        .map(({ close }) => close);
    expect(closes('BTC-USD')).toEqual(market.candles('1h', ...range).map(({ close }) => close));
    expect(closes('ETH-USD')).toEqual(closes('ETH-USD'));
    const returns = (instrument: string) =>
      closes(instrument).map((close, i, all) => close / (all[i - 1] ?? close));
    expect(returns('ETH-USD')).not.toEqual(returns('SOL-USD'));
    expect(Math.max(...closes('SOL-USD'))).toBeLessThan(Math.min(...closes('ETH-USD')));
  });

  it('has hours that are exactly what their minutes make', () => {
    const minutes = market.candles('1m', FROM, FROM + 3 * DAY_MS);
    expect(minutes).toHaveLength(3 * 1_440);
    const hours = resample(minutes, '1m', '1h').map((hour) => ({
      ...hour,
      volume: Math.round(hour.volume * 1e8) / 1e8,
    }));
    expect(market.candles('1h', FROM, FROM + 3 * DAY_MS)).toEqual(hours);
  });

  it('trades without a break: each candle opens where the one before closed, and each can be true', () => {
    const minutes = market.candles('1m', FROM, FROM + 2 * DAY_MS);
    for (const [i, minute] of minutes.entries()) {
      expect(validateCandle(minute, { intervalMs: MINUTE_MS, nowMs: Infinity })).toBeNull();
      if (i > 0) expect(minute.open).toBe(minutes[i - 1]!.close);
    }
  });

  it('looks like bitcoin: lively, livelier on weekday afternoons, with fat tails and clustered volatility', () => {
    const hours = market.candles('1h', FROM - 730 * DAY_MS, FROM);
    const returns = hours.map(({ open, close }) => Math.log(close / open));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const variance = mean(returns.map((r) => r * r));
    const yearly = Math.sqrt(variance * 8_766);
    expect(yearly).toBeGreaterThan(0.35);
    expect(yearly).toBeLessThan(0.8);
    expect(mean(returns.map((r) => r ** 4)) / variance ** 2).toBeGreaterThan(8);
    const sizeAt = (hour: number) =>
      mean(
        hours.flatMap(({ openTime }, i) =>
          new Date(openTime).getUTCHours() === hour ? [Math.abs(returns[i]!)] : [],
        ),
      );
    expect(sizeAt(15)).toBeGreaterThan(1.5 * sizeAt(3));
    const sizes = returns.map(Math.abs);
    const average = mean(sizes);
    const covariance = mean(sizes.slice(24).map((size, i) => (size - average) * (sizes[i]! - average)));
    expect(covariance / mean(sizes.map((size) => (size - average) ** 2))).toBeGreaterThan(0.05); // a day apart
    const prices = hours.map(({ close }) => close);
    expect(Math.min(...prices)).toBeGreaterThan(10_000);
    expect(Math.max(...prices)).toBeLessThan(400_000);
  });

  it('begins thirty days ago, on a whole hour', () => {
    const now = Date.UTC(2026, 10, 21, 5, 17);
    expect(market.startAt(now)).toBe(Date.UTC(2026, 9, 22, 5));
    expect(market.startAt(now) % HOUR_MS).toBe(0);
  });
});
