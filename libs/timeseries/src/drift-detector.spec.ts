import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { coverageBets, featureBets, lossBets, pitBets } from './drift-bets.js';
import { HOUR_MS } from './candle.js';
import { driftEvidence } from './drift-detector.js';
import { featureStreamHours, lossPoints, type ScoredForecast } from './drift-points.js';
import { leastSquares } from './least-squares.js';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
/** Mean of each bet's factor over equally likely outcomes. */
const meanFactors = (bets: readonly number[][]): number[] =>
  bets[0]!.map((_, i) => mean(bets.map((factors) => factors[i]!)));
const grid = Array.from({ length: 1_000 }, (_, i) => (i + 0.5) / 1_000);

describe('the bets of drift', () => {
  it('win nothing on average while all is well', () => {
    const well = [
      grid.map(pitBets),
      grid.map((u) => coverageBets(u < 0.8)),
      grid.map((u) => lossBets(u < 0.5 ? 1 : -1)),
      grid.map((u) => featureBets(Math.sqrt(12) * (u - 0.5))),
    ];
    for (const bets of well)
      for (const factor of meanFactors(bets)) expect(factor).toBeLessThanOrEqual(1 + 1e-6);
  });

  it('win when something is wrong, and are finite whatever comes', () => {
    const wrong = [
      grid.map((u) => pitBets(u < 0.5 ? u / 3 : 1 - (1 - u) / 3)),
      grid.map((u) => coverageBets(u < 0.6)),
      grid.map((u) => coverageBets(u < 0.97)),
      grid.map((u) => lossBets(u - 0.3)),
      grid.map((u) => featureBets(3 + u)),
    ];
    for (const bets of wrong) expect(Math.max(...meanFactors(bets))).toBeGreaterThan(1.01);
    const extremes = [pitBets(0), pitBets(1), pitBets(0.5), coverageBets(true), coverageBets(false)];
    for (const factor of [...extremes, lossBets(-1), lossBets(1), featureBets(0), featureBets(1e6)].flat()) {
      expect(factor > 0 && Number.isFinite(factor)).toBe(true);
    }
  });
});

describe('driftEvidence', () => {
  const points = (logs: readonly number[], every = 1) =>
    logs.map((log, i) => ({ origin: i * every * HOUR_MS, factors: [Math.exp(log)] }));
  const options = { streamHours: 1, alarmsPerYear: 0.01 };

  it('grows with each start while nothing is said, and is raised at 366 over the alarms per year', () => {
    const quiet = driftEvidence(points(Array<number>(24 * 10).fill(0)), options);
    expect(quiet).toMatchObject({ n: 240, raisedOrigin: null });
    expect(quiet.statistic).toBeCloseTo(1, 12); // ten days, ten starts of 1 each
    expect(quiet.threshold).toBeCloseTo(Math.log10(36_600), 12);
    const loud = driftEvidence(points([0, 0, ...Array<number>(10).fill(Math.log(10))]), options);
    expect(loud.raisedOrigin).toBe(6 * HOUR_MS); // 10^5 after the fifth
  });

  it('never has less evidence when it began earlier: a window of a longer series is cautious', () => {
    const logs = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 100 });
    fc.assert(
      fc.property(logs, fc.nat(), fc.integer({ min: 1, max: 30 }), (values, cut, streamHours) => {
        const whole = points(values);
        const from = 24 * Math.floor((cut % values.length) / 24); // a whole number of days
        const stream = { ...options, streamHours };
        const later = driftEvidence(whole.slice(from), stream);
        // Streams that have no point yet are not averaged over: compare where both have all of them.
        if (values.length - from < streamHours) return;
        expect(later.statistic).toBeLessThanOrEqual(driftEvidence(whole, stream).statistic + 1e-9);
      }),
    );
  });

  it('counts the streams of overlapping points once each', () => {
    const every = driftEvidence(points(Array<number>(96).fill(0.5)), { ...options, streamHours: 24 });
    const daily = driftEvidence(points(Array<number>(4).fill(0.5), 24), { ...options, streamHours: 24 });
    expect(every.statistic).toBeCloseTo(daily.statistic, 12);
  });

  it('says nothing without points, does not overflow, and refuses disorder', () => {
    expect(driftEvidence([], options)).toMatchObject({ statistic: -Infinity, raisedOrigin: null, n: 0 });
    expect(driftEvidence(points(Array<number>(5_000).fill(3)), options).statistic).toBeLessThanOrEqual(100);
    expect(() => driftEvidence([...points([0, 0])].reverse(), options)).toThrow(RangeError);
    expect(() => driftEvidence([], { ...options, streamHours: 0 })).toThrow(RangeError);
    expect(() => driftEvidence([], { ...options, alarmsPerYear: 0 })).toThrow(RangeError);
  });
});

describe('lossPoints', () => {
  const row = (i: number, pinball: number, a: number, b: number): ScoredForecast => ({
    origin: i * HOUR_MS,
    pit: 0.5,
    covered80: true,
    pinball,
    baselinePinball: { a, b },
  });

  it('looks at nothing that had not matured: a later loss changes no earlier point', () => {
    const rows = Array.from({ length: 60 }, (_, i) => row(i, 1 + (i % 3) / 10, 1.1, 1 + (i % 7) / 10));
    const changed = rows.map((one, i) =>
      i < 40 ? one : { ...one, pinball: 9, baselinePinball: { a: 5, b: 7 } },
    );
    const until = (points: readonly { origin: number }[]) =>
      points.filter(({ origin }) => origin < 40 * HOUR_MS);
    expect(until(lossPoints(changed, 4))).toEqual(until(lossPoints(rows, 4)));
    expect(lossPoints(rows, 4)[0]!.origin).toBe(23 * HOUR_MS); // 20 have matured
    expect(lossPoints([], 4)).toEqual([]);
  });

  it('leaves out what was not compared with all baselines of today', () => {
    const rows = Array.from({ length: 60 }, (_, i) => row(i, 1 + (i % 3) / 10, 1.1, 1 + (i % 7) / 10));
    const early = rows.map((one, i) => (i < 30 ? { ...one, baselinePinball: { a: 1 } } : one));
    expect(lossPoints(early, 1)).toEqual(lossPoints(rows.slice(30), 1));
  });

  it('compares with the baseline that had lost least', () => {
    const rows = Array.from({ length: 80 }, (_, i) => row(i, 1.2 + (i % 2) / 100, 1.1, 3));
    const last = lossPoints(rows, 1).at(-1)!;
    expect(Math.max(...last.factors)).toBeGreaterThan(1); // worse than a, though far better than b
  });
});

describe('featureStreamHours', () => {
  it('is twice the lookback, a week at least, and nothing for the calendar', () => {
    expect(featureStreamHours('return_4h')).toBe(168);
    expect(featureStreamHours('drawdown_720h')).toBe(1_440);
    expect(featureStreamHours('volatility_of_volatility')).toBe(168);
    expect(featureStreamHours('weekend')).toBeNull();
  });
});

describe('leastSquares', () => {
  it('recovers a line, and gives a column that adds nothing no weight', () => {
    const rows = Array.from({ length: 50 }, (_, i) => [1, i, Math.sin(i), 2 * i]);
    const targets = rows.map(([, x, s]) => 3 - 2 * x! + 0.5 * s!);
    const weights = leastSquares(rows, targets);
    expect(weights[0]).toBeCloseTo(3, 8);
    expect(weights[1]! + 2 * weights[3]!).toBeCloseTo(-2, 8);
    expect(weights[2]).toBeCloseTo(0.5, 8);
    expect(weights.filter((weight) => weight === 0)).toHaveLength(1);
  });

  it('leaves errors that no column explains', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 8, maxLength: 20 }),
        (y) => {
          const rows = y.map((_, i) => [1, i, i * i]);
          const weights = leastSquares(rows, y);
          const errors = y.map((value, i) => value - rows[i]!.reduce((s, x, j) => s + x * weights[j]!, 0));
          for (const j of [0, 1, 2]) {
            expect(Math.abs(errors.reduce((sum, error, i) => sum + error * rows[i]![j]!, 0))).toBeLessThan(
              1e-6,
            );
          }
        },
      ),
    );
  });
});
