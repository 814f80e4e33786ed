import { describe, expect, it, jest } from '@jest/globals';
import { clusteredMarket, scoredForecasts, type Clustering } from '../test/drifting-market.js';
import { HOUR_MS } from './candle.js';
import { driftEvidence, type DriftPoint } from './drift-detector.js';
import {
  coveragePoints,
  DRIFT_BUDGET,
  featurePoints,
  featureStreamHours,
  lossPoints,
  pitPoints,
  type ScoredForecast,
} from './drift-points.js';
import { FEATURE_NAMES, harStateAt } from './har-features.js';
import { featureSeries } from './feature-series.js';
import { sliceWindow, type HourlyWindow } from './hourly-window.js';
import { volatilityPoints } from './volatility-surprise.js';

jest.setTimeout(180_000);

const YEAR = 8_760;
const LEARNT = 2 * YEAR;
const REFERENCE = 670 * 24;
const SCORE_BUDGET = DRIFT_BUDGET.scores / 12; // three tests of four horizons
/** From a constant volatility to regimes that differ by more than a doubling and take weeks to change. */
const MARKETS: (Clustering & { name: string })[] = [
  { name: 'constant volatility', spread: 0, memory: 0 },
  { name: 'mild clusters', spread: 0.2, memory: 0.98 },
  { name: 'strong clusters', spread: 0.377, memory: 0.98 },
  { name: 'long regimes', spread: 0.5, memory: 0.998 },
];

/** Of one every hour, those of the year up to `end`. */
function inYear(scored: readonly ScoredForecast[], end: number): ScoredForecast[] {
  const stop = (end - scored[0]!.origin) / HOUR_MS + 1;
  return scored.slice(Math.max(0, stop - YEAR), stop);
}
const volatilityAlarm = (points: readonly DriftPoint[]): number | null =>
  driftEvidence(points, { streamHours: 1, alarmsPerYear: DRIFT_BUDGET.volatility }).raisedOrigin;

function scoreAlarms(scored: readonly ScoredForecast[], horizonHours: number): string[] {
  const tests = { pit: pitPoints, coverage: coveragePoints, skill: lossPoints };
  return Object.entries(tests)
    .filter(([, pointsOf]) => {
      const options = { streamHours: horizonHours, alarmsPerYear: SCORE_BUDGET };
      return driftEvidence(pointsOf(scored, horizonHours), options).raisedOrigin !== null;
    })
    .map(([test]) => `${test} ${horizonHours} h`);
}

/** The last years of a market, each by its end. */
const yearsOf = ({ end }: HourlyWindow, years: number): number[] =>
  Array.from({ length: years }, (_, year) => end - year * YEAR * HOUR_MS);

/** Years in which a feature is raised by the moments of its first year; values are daily. */
function featureAlarms(name: string, values: readonly { origin: number; value: number }[]): number[] {
  const streamHours = featureStreamHours(name);
  if (streamHours === null) return [];
  const trained = values.slice(0, 365).map(({ value }) => value);
  const mean = trained.reduce((a, b) => a + b) / 365;
  const deviation = Math.sqrt(trained.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 365);
  const options = { streamHours, alarmsPerYear: DRIFT_BUDGET.features / FEATURE_NAMES.length };
  return [1, 2, 3, 4, 5].filter((year) => {
    const watched = values.slice(365 * year, 365 * (year + 1));
    return driftEvidence(featurePoints(watched, mean, deviation), options).raisedOrigin !== null;
  });
}

describe('drift', () => {
  const shares = { volatility: [] as boolean[], scores: [] as boolean[] };

  // The same numbers in every market would raise the same alarms four times.
  it.each(MARKETS.map((market, i) => ({ ...market, seed: 100 * i })))(
    'seldom cries wolf over volatility in 50 years, over scores in ten: $name',
    ({ seed, ...market }) => {
      const windows = [1, 2, 3, 4, 5].map((n) => clusteredMarket(LEARNT + 10 * YEAR, seed + n, market));
      const volatility = windows.flatMap((window) =>
        yearsOf(window, 10).map((end) => {
          const judged = sliceWindow(window, end, REFERENCE + YEAR);
          return volatilityAlarm(volatilityPoints(judged, YEAR)) !== null;
        }),
      );
      // Whatever their markets, they are raised far less often than they may be: fewer years show it.
      const scored = [...scoredForecasts(windows[0]!, LEARNT)];
      const scores = yearsOf(windows[0]!, 10).map((end) =>
        scored.flatMap(([hours, rows]) => scoreAlarms(inYear(rows, end), hours)),
      );
      expect(scores.flat()).toEqual([]);
      expect(volatility.filter(Boolean).length).toBeLessThanOrEqual(4);
      shares.volatility.push(...volatility);
      shares.scores.push(...scores.map((alarms) => alarms.length > 0));
    },
  );

  it('cries wolf in at most 5 % of all these years', () => {
    const share = (years: boolean[]) => years.filter(Boolean).length / years.length;
    expect([shares.volatility.length, shares.scores.length]).toEqual([200, 40]);
    expect(share(shares.volatility) + share(shares.scores)).toBeLessThanOrEqual(0.05);
  });

  it.each([
    { name: 'constant volatility', spread: 0, memory: 0, least: 0.99 },
    { name: 'light clusters', spread: 0.1, memory: 0.98, least: 0.95 },
    { name: 'slow regimes', spread: 0.3, memory: 0.9995, least: 0.95 },
  ])('flags a doubling of volatility within 72 origins: $name', ({ spread, memory, least }) => {
    const runs = 40;
    const before = 500;
    let found = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const clustering = { spread, memory, doublesAt: REFERENCE + before };
      const window = clusteredMarket(REFERENCE + before + 72, seed, clustering);
      const points = volatilityPoints(window, before + 72);
      const early = volatilityAlarm(points.slice(0, before)) !== null;
      found += !early && volatilityAlarm(points) !== null ? 1 : 0;
    }
    expect(found / runs).toBeGreaterThanOrEqual(least);
  });

  it('takes features for what they were in training', () => {
    const alarms: string[] = [];
    for (const [seed, market] of MARKETS.entries()) {
      const window = clusteredMarket(LEARNT + 5 * YEAR, seed + 20, market);
      const series = featureSeries(window);
      const days = Array.from({ length: 6 * 365 }, (_, i) => window.end - (6 * 365 - 1 - i) * 24 * HOUR_MS);
      const states = days.map((origin) => harStateAt(series, origin));
      for (const [f, name] of FEATURE_NAMES.entries()) {
        const values = states.map(({ origin, features }) => ({ origin, value: features[f]! }));
        alarms.push(...featureAlarms(name, values).map((year) => `${market.name}: ${name} in year ${year}`));
      }
    }
    expect(alarms).toEqual([]); // 20 years, of which 1 % may
  });

  it('finds forecasts that have become too narrow, by their transforms and by their coverage', () => {
    const window = clusteredMarket(LEARNT + 2 * YEAR, 9, MARKETS[1]!);
    const good = scoredForecasts(window, LEARNT).get(1)!.slice(0, 2_000);
    const bad = good.map((row, i) =>
      i < 1_000
        ? row
        : { ...row, pit: row.pit < 0.5 ? row.pit / 4 : 1 - (1 - row.pit) / 4, covered80: i % 2 === 0 },
    );
    for (const pointsOf of [pitPoints, coveragePoints]) {
      const options = { streamHours: 1, alarmsPerYear: SCORE_BUDGET };
      expect(driftEvidence(pointsOf(good), options).raisedOrigin).toBeNull();
      const { raisedOrigin } = driftEvidence(pointsOf(bad), options);
      expect(raisedOrigin).toBeGreaterThan(good[1_000]!.origin);
      expect(raisedOrigin).toBeLessThan(good[1_200]!.origin);
    }
  });

  it('finds a model that loses more than the best baseline, and not one that loses less', () => {
    const window = clusteredMarket(LEARNT + YEAR, 9, MARKETS[2]!);
    const good = scoredForecasts(window, LEARNT).get(1)!.slice(0, 2_000);
    const bad = good.map((row) => ({ ...row, pinball: row.pinball * 1.3 }));
    const options = { streamHours: 1, alarmsPerYear: SCORE_BUDGET };
    expect(driftEvidence(lossPoints(good, 1), options).raisedOrigin).toBeNull();
    expect(driftEvidence(lossPoints(bad, 1), options).raisedOrigin).not.toBeNull();
  });

  it('finds a feature that has gone elsewhere within a month of daily looks', () => {
    const values = Array.from({ length: 60 }, (_, day) => ({
      origin: day * 24 * HOUR_MS,
      value: day < 20 ? Math.sin(day) : 40,
    }));
    const options = { streamHours: featureStreamHours('log_volume_24h')!, alarmsPerYear: 0.0005 };
    const { raisedOrigin } = driftEvidence(featurePoints(values, 0, 1), options);
    expect(raisedOrigin! / (24 * HOUR_MS)).toBeLessThan(50);
    expect(driftEvidence(featurePoints(values.slice(0, 20), 0, 1), options).raisedOrigin).toBeNull();
  });
});
