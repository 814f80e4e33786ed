import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, hourlyWindow, meanPinball, type BaselineName, type Candle } from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import type { ForecastSet } from './forecast-row.js';
import { outcomeOf, scoreBacktest } from './score-backtest.js';

const START = Date.UTC(2024, 0, 1);
const N = 2_000;
/** Standard normal quantiles at HAR_LEVELS. */
const NORMAL = [-1.6448536, -1.2815516, -0.6744898, 0, 0.6744898, 1.2815516, 1.6448536];
const SIGMA = 0.01;

let state = 7;
const uniform = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state + 0.5) / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

let close = 100;
const candles = Array.from({ length: N + 1 }, (_, i): Candle => {
  const open = close;
  close *= Math.exp(SIGMA * normal());
  return {
    openTime: START + i * HOUR_MS,
    open,
    high: Math.max(open, close),
    low: Math.min(open, close),
    close,
    volume: 1,
  };
});
const history = hourlyWindow(candles, START + (N + 1) * HOUR_MS, N + 1);
const origins = Array.from({ length: N + 1 }, (_, i) => START + (i + 1) * HOUR_MS);

const constant = (scale: number): ForecastSet => ({
  rows: origins.map(() => [NORMAL.map((q) => scale * SIGMA * q)]),
  crossed: 0,
});
const baselines: Record<BaselineName, ForecastSet> = {
  ewma_rw: constant(2),
  garch_t: constant(0.5),
  uncond_1y: constant(1),
};
const ask = (set: ForecastSet) =>
  scoreBacktest({ history, origins, everyHours: 1, horizonsHours: [1], rows: set.rows, baselines })[0]!;

describe('scoreBacktest', () => {
  it('scores what has an outcome and counts what has none', () => {
    const score = ask(constant(1));
    expect(score).toMatchObject({ horizonHours: 1, n: N, withoutOutcome: 1, blockHours: 336 });
    const losses = origins.slice(0, N).map((origin) =>
      meanPinball(
        outcomeOf(history, origin, 1),
        NORMAL.map((q) => SIGMA * q),
        HAR_LEVELS,
      ),
    );
    expect(score.pinball).toBeCloseTo((1e4 * losses.reduce((sum, loss) => sum + loss, 0)) / N, 8);
    // The mean absolute error of the last price is that of a median of zero.
    expect(score.maeRatio).toBe(1);
  });

  it('finds the coverage of the true distribution, within three of its standard errors', () => {
    for (const { share, mean, standardError } of ask(constant(1)).coverage) {
      expect(standardError).toBeGreaterThan(0.002);
      expect(standardError).toBeLessThan(0.03);
      expect(Math.abs(mean - share)).toBeLessThan(3 * Math.sqrt((share * (1 - share)) / N));
    }
    expect(ask(constant(0.5)).coverage[2]!.mean).toBeLessThan(0.7);
  });

  it('finds the truth better than wrong widths, and equal to itself', () => {
    const { differences } = ask(constant(1));
    expect(differences.map(({ baseline, n }) => [baseline, n])).toEqual([
      ['ewma_rw', N],
      ['garch_t', N],
      ['uncond_1y', N],
    ]);
    const [wide, narrow, same] = differences;
    for (const worse of [wide!, narrow!]) {
      expect(worse.mean).toBeLessThan(0);
      expect(worse.high).toBeLessThan(0);
      expect(worse.low).toBeLessThan(worse.mean);
    }
    expect(same).toMatchObject({ mean: 0, low: 0, high: 0, standardError: 0 });
  });

  it('does not compare a baseline with itself', () => {
    expect(ask(baselines.garch_t).differences.map(({ baseline }) => baseline)).toEqual([
      'ewma_rw',
      'uncond_1y',
    ]);
  });

  it('gives means without an interval while there are fewer than five blocks, and none without outcomes', () => {
    const few = scoreBacktest({
      history,
      origins: origins.slice(0, 300),
      everyHours: 1,
      horizonsHours: [1],
      rows: constant(1).rows.slice(0, 300),
      baselines,
    })[0]!;
    expect(few.differences[0]).toMatchObject({ n: 300, standardError: null, low: null, high: null });
    const none = ask({ rows: origins.map(() => null), crossed: 0 });
    expect(none).toMatchObject({
      n: 0,
      withoutOutcome: 0,
      pinball: null,
      crps: null,
      coverage: [],
      maeRatio: null,
      differences: [],
    });
  });

  it('compares a model with a baseline over the origins that both have', () => {
    const rows = constant(1).rows.map((row, i) => (i % 2 === 0 ? row : null));
    expect(ask({ rows, crossed: 0 }).differences.map(({ n }) => n)).toEqual([N / 2, N / 2, N / 2]);
  });
});
