import {
  coveragePoints,
  DRIFT_BUDGET,
  driftEvidence,
  featurePoints,
  featureStreamHours,
  lossPoints,
  pitPoints,
  type DriftEvidence,
  type DriftPoint,
  type ScoredForecast,
} from '@btcforecast/timeseries';
import type { GivenAt } from './drift-data.repository.js';
import type { FeatureRecord } from './feature-record.js';

/** Name under which the surprise of hourly volatility is recorded among the inputs. */
export const VOLATILITY_FEATURE = 'hourly_volatility';

/** What one test looks at. */
export interface DriftSubject {
  readonly test: 'pit' | 'coverage' | 'skill' | 'input';
  readonly horizonHours: number | null;
  readonly feature: string | null;
}

/** One test with all its points, not yet evaluated. */
export interface DriftTest extends DriftSubject {
  readonly points: readonly DriftPoint[];
  readonly streamHours: number;
  readonly alarmsPerYear: number;
}

export interface DriftMaterial {
  /** By horizon in hours, oldest origin first. */
  readonly scored: ReadonlyMap<number, readonly ScoredForecast[]>;
  readonly given: readonly GivenAt[];
  readonly features: readonly FeatureRecord[];
  readonly volatility: readonly DriftPoint[];
}

const SCORE_TESTS = { pit: pitPoints, coverage: coveragePoints, skill: lossPoints } as const;

/** Every test of a model. Together they raise a false alarm in at most 5 % of years of hourly origins. */
export function driftTests({ scored, given, features, volatility }: DriftMaterial): DriftTest[] {
  return [
    ...scoreTests(scored),
    {
      test: 'input',
      horizonHours: null,
      feature: VOLATILITY_FEATURE,
      points: volatility,
      streamHours: 1,
      alarmsPerYear: DRIFT_BUDGET.volatility,
    },
    ...featureTests(given, features),
  ];
}

/** The evidence of the points after `since`, ms. */
export function evaluate({ points, ...options }: DriftTest, since: number): DriftEvidence {
  return driftEvidence(
    points.filter(({ origin }) => origin > since),
    options,
  );
}

function scoreTests(scored: DriftMaterial['scored']): DriftTest[] {
  const names = ['pit', 'coverage', 'skill'] as const;
  return [...scored].flatMap(([horizonHours, rows]) =>
    names.map((test) => ({
      test,
      horizonHours,
      feature: null,
      points: SCORE_TESTS[test](rows, horizonHours),
      streamHours: horizonHours,
      alarmsPerYear: DRIFT_BUDGET.scores / (names.length * scored.size),
    })),
  );
}

function featureTests(given: readonly GivenAt[], features: readonly FeatureRecord[]): DriftTest[] {
  return features.flatMap(({ name, index, mean, deviation }) => {
    const streamHours = featureStreamHours(name);
    if (streamHours === null) return [];
    const values = given
      .filter((row) => row.features[index] !== undefined)
      .map((row) => ({ origin: row.origin, value: row.features[index]! }));
    return {
      test: 'input',
      horizonHours: null,
      feature: name,
      points: featurePoints(values, mean, deviation),
      streamHours,
      alarmsPerYear: DRIFT_BUDGET.features / features.length,
    };
  });
}
