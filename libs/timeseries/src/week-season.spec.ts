import { describe, expect, it } from '@jest/globals';
import { barVariance } from './bar-variance.js';
import { HOUR_MS } from './candle.js';
import { hourlyWindow } from './hourly-window.js';
import { hourOfWeek, relativeVolatility, seasonOver, WEEK_HOURS, weekSeason } from './week-season.js';
import { simulatedMarket } from '../test/simulated-market.js';

const HOURS = 17_520 + 400;
const trueFactor = (openTime: number): number =>
  1 + 0.5 * Math.sin((2 * Math.PI * hourOfWeek(openTime)) / 24);
const { candles, end } = simulatedMarket(HOURS, 7, (openTime) => 0.006 * trueFactor(openTime));
const relative = relativeVolatility(barVariance(hourlyWindow(candles, end, HOURS)));

describe('hourOfWeek', () => {
  it('counts from Monday 00:00 UTC', () => {
    expect(hourOfWeek(Date.UTC(2025, 0, 6))).toBe(0); // a Monday
    expect(hourOfWeek(Date.UTC(2025, 0, 5, 23))).toBe(167);
    expect(hourOfWeek(Date.UTC(2025, 0, 8, 13))).toBe(61);
  });
});

describe('barVariance', () => {
  it('is Garman-Klass plus the squared gap', () => {
    const bars = {
      open: Float64Array.of(100, 102),
      high: Float64Array.of(103, 104),
      low: Float64Array.of(99, 101),
      close: Float64Array.of(101, 103),
    };
    const [first, second] = barVariance(bars);
    expect(first).toBeCloseTo(0.5 * Math.log(103 / 99) ** 2 - 0.3862943611198906 * Math.log(1.01) ** 2, 15);
    const gap = Math.log(102 / 101) ** 2;
    expect(second).toBeCloseTo(
      0.5 * Math.log(104 / 101) ** 2 - 0.3862943611198906 * Math.log(103 / 102) ** 2 + gap,
      15,
    );
  });

  it('is NaN for a missing slot and leaves the gap out after one', () => {
    const hole = (value: number): Float64Array => Float64Array.of(NaN, value);
    const [first, second] = barVariance({
      open: hole(100),
      high: hole(101),
      low: hole(100),
      close: hole(101),
    });
    expect(first).toBeNaN();
    expect(second).toBeCloseTo((0.5 - 0.3862943611198906) * Math.log(1.01) ** 2, 15);
  });
});

describe('weekSeason', () => {
  it('finds a known season to a few percent', () => {
    const season = weekSeason(relative, HOURS, end);
    for (let hour = 0; hour < WEEK_HOURS; hour++) {
      const neighbours = [-1, 0, 0, 1].map((k) => trueFactor((hour + k) * HOUR_MS + Date.UTC(2025, 0, 6)));
      const expected = neighbours.reduce((a, b) => a + b) / 4 / Math.sqrt(1.125); // mean square of 1 + sin/2
      expect(Math.abs(season[hour]! - expected)).toBeLessThan(0.08);
    }
  });

  it('has a mean square of 1 over any whole week', () => {
    const season = weekSeason(relative, HOURS, end);
    expect(seasonOver(season, end, WEEK_HOURS)).toBeCloseTo(1, 12);
    expect(seasonOver(season, end + 5 * HOUR_MS, WEEK_HOURS)).toBeCloseTo(1, 12);
    expect(seasonOver(season, end, 1)).toBe(season[hourOfWeek(end)]);
  });

  it('is flat where nothing is known', () => {
    const unknown = weekSeason(new Float64Array(1000).fill(NaN), 1000, end);
    expect([...unknown].every((factor) => factor === 1)).toBe(true);
  });
});
