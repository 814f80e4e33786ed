import { BASELINES, type Standing } from '@btcforecast/contracts';
import { skillEvidence, type SkillEvidence } from '@btcforecast/timeseries';
import { SCORE_SCALE } from '../forecasts/forecast-reply.js';
import type { CountedForecast } from '../performance/performance.repository.js';
import { gradeOf, type FreshSignal, type GradeFacts, type IntervalCoverage } from './grade.js';

const HOUR_MS = 3_600_000;
/** Coverage is of the newest so many. */
const COVERAGE_COUNT = 500;

/** What the outcomes of a horizon say, whenever one asks. */
export interface HorizonRecord extends Pick<Standing, 'coverage' | 'skill'> {
  readonly facts: Pick<GradeFacts, 'n' | 'independent' | 'coverage' | 'highs'>;
}

export interface StandingMoment {
  /** Event time, ms; null: unknown. */
  readonly now: number | null;
  /** Newest forecast of the horizon, matured or not, ms; null: none. */
  readonly newestOrigin: number | null;
  /** Of the 24 origins up to it, how many were answered on time. */
  readonly onTimeOfLastDay: number;
  readonly signals: readonly FreshSignal[];
}

/**
 * What the forecasts of a horizon have been worth: coverage of the newest 500, and skill against the baseline that is
 * hardest to beat (the largest upper bound). Cost O(n).
 *
 * @param counted forecasts of one horizon that count, oldest first
 */
export function recordOf(counted: readonly CountedForecast[], horizonHours: number): HorizonRecord {
  const recent = counted.slice(-COVERAGE_COUNT);
  const n = recent.length;
  const coverage = coverageOf(recent);
  const [fifty, eighty, ninety] = coverage.map(({ share }) => (n === 0 ? null : share));
  const skills = BASELINES.map((name) => ({ name, ...skillAgainst(counted, name, horizonHours) }));
  return {
    coverage: { n, 50: fifty!, 80: eighty!, 90: ninety! },
    skill: hardest(skills),
    facts: {
      n,
      independent: independentOf(recent, horizonHours),
      coverage,
      highs: Object.fromEntries(skills.map(({ name, high }) => [name, high])),
    },
  };
}

/** The record with its grade at one moment. */
export function standingOf({ facts, ...record }: HorizonRecord, moment: StandingMoment): Standing {
  const { now, newestOrigin, onTimeOfLastDay, signals } = moment;
  const ageMs = now === null || newestOrigin === null ? null : now - newestOrigin;
  return {
    ...gradeOf({ ...facts, ageMs, onTimeOfLastDay, signals }),
    asOf: new Date(now ?? newestOrigin ?? 0).toISOString(),
    ...record,
  };
}

function coverageOf(rows: readonly CountedForecast[]): IntervalCoverage[] {
  const intervals = [
    { nominal: 0.5, isInside: (row: CountedForecast) => row.covered50 },
    { nominal: 0.8, isInside: (row: CountedForecast) => row.covered80 },
    { nominal: 0.9, isInside: (row: CountedForecast) => row.covered90 },
  ];
  return intervals.map(({ nominal, isInside }) => ({
    nominal,
    share: rows.filter(isInside).length / rows.length,
  }));
}

/** How many of the rows can be picked so that no two outcomes overlap. */
function independentOf(rows: readonly CountedForecast[], horizonHours: number): number {
  let picked = 0;
  let next = -Infinity;
  for (const { originAt } of rows) {
    const origin = originAt.getTime();
    if (origin < next) continue;
    picked += 1;
    next = origin + horizonHours * HOUR_MS;
  }
  return picked;
}

function skillAgainst(rows: readonly CountedForecast[], name: string, horizonHours: number): SkillEvidence {
  const differences = rows
    .filter(({ baselinePinball }) => baselinePinball[name] !== undefined)
    .map(({ originAt, pinball, baselinePinball }) => ({
      origin: originAt.getTime(),
      difference: SCORE_SCALE * (pinball - baselinePinball[name]!),
    }));
  return skillEvidence(differences, horizonHours);
}

type NamedSkill = SkillEvidence & { readonly name: (typeof BASELINES)[number] };

/** Against the largest upper bound there is most left to prove; without bounds, against the smallest lead. */
function hardest(skills: readonly NamedSkill[]): Standing['skill'] {
  const known = skills.filter(({ n }) => n > 0);
  const rank = ({ high, mean }: NamedSkill): number => high ?? mean ?? -Infinity;
  const [first] = known.toSorted((a, b) => rank(b) - rank(a));
  if (!first) return { n: 0, baseline: null, difference: null, low: null, high: null };
  const { n, name, mean, low, high } = first;
  return { n, baseline: name, difference: mean, low, high };
}
