import type { Grade } from '@btcforecast/contracts';

/** Coverage of one central interval. */
export interface IntervalCoverage {
  /** What it promises, 0 to 1. */
  readonly nominal: number;
  /** Share of outcomes inside, 0 to 1. */
  readonly share: number;
}

/** A drift signal that is fresh enough to count. */
export interface FreshSignal {
  /** What the test looks at, for people. */
  readonly subject: string;
  /** ms. */
  readonly raisedOrigin: number;
}

/** What a grade is decided from. */
export interface GradeFacts {
  /** Matured forecasts counted. */
  readonly n: number;
  /** Of these, how many have targets that do not overlap. */
  readonly independent: number;
  readonly coverage: readonly IntervalCoverage[];
  /** Upper ends of the confidence sequences against every baseline, times 10,000, by baseline; null: nothing known. */
  readonly highs: Readonly<Record<string, number | null>>;
  /** Event time since the newest forecast's origin, ms; null: event time is unknown. */
  readonly ageMs: number | null;
  /** Of the last 24 hourly origins, how many were answered on time. */
  readonly onTimeOfLastDay: number;
  readonly signals: readonly FreshSignal[];
}

export interface Graded {
  readonly grade: Grade;
  readonly reason: string;
}

const HOUR_MS = 3_600_000;
/** Fewer matured forecasts say nothing. */
export const MIN_MATURED = 100;
/** The newest forecast may be this old: it is renewed hourly. */
export const MAX_AGE_MS = 3 * HOUR_MS;
/** Fewer of a day's 24 origins answered on time mean that data comes late or not at all. */
export const MIN_ON_TIME = 18;
/** A coverage is far off beyond both of these: points that matter, and standard errors that chance hardly explains. */
const MAX_MISS = 0.05;
const MAX_ERRORS = 3;

/** The grade of a horizon by the first rule that applies, with its reason in words. */
export function gradeOf(facts: GradeFacts): Graded {
  const { n, signals } = facts;
  if (n < MIN_MATURED) {
    return { grade: 'cold_start', reason: `${n} forecasts have matured; ${MIN_MATURED} are needed to judge` };
  }
  const delay = delayOf(facts);
  if (delay !== null) return { grade: 'degraded', reason: delay };
  const miss = farthestOff(facts);
  if (miss !== null) return { grade: 'degraded', reason: miss };
  const [signal] = signals;
  if (signal) {
    const at = new Date(signal.raisedOrigin).toISOString();
    return { grade: 'degraded', reason: `drift of ${signal.subject} was raised at ${at}` };
  }
  return skillGrade(facts);
}

function delayOf({ ageMs, onTimeOfLastDay }: GradeFacts): string | null {
  if (ageMs !== null && ageMs > MAX_AGE_MS) {
    return `data is late: the newest forecast is ${Math.floor(ageMs / HOUR_MS)} h old`;
  }
  if (onTimeOfLastDay >= MIN_ON_TIME) return null;
  return `data is late or missing: ${onTimeOfLastDay} of the last 24 origins were answered on time`;
}

/** Overlapping outcomes are not independent: the standard error counts those that do not overlap. */
function farthestOff({ coverage, independent, n }: GradeFacts): string | null {
  for (const { nominal, share } of coverage) {
    const error = Math.sqrt((nominal * (1 - nominal)) / Math.max(1, independent));
    if (Math.abs(share - nominal) <= Math.max(MAX_MISS, MAX_ERRORS * error)) continue;
    const [promised, found] = [nominal, share].map((value) => `${(100 * value).toFixed(0)} %`);
    return (
      `the ${promised} interval held ${found} of the last ${n} outcomes, ${MAX_ERRORS} or more standard errors off ` +
      `(${independent} do not overlap)`
    );
  }
  return null;
}

function skillGrade({ highs, n }: GradeFacts): Graded {
  const names = Object.keys(highs);
  const unproven = names.filter((name) => !((highs[name] ?? 0) < 0));
  if (names.length > 0 && unproven.length === 0) {
    return {
      grade: 'proven_skill',
      reason: `better than ${names.join(', ')} beyond doubt (95 %, at any time)`,
    };
  }
  return {
    grade: 'no_proven_skill',
    reason: `not proven better than ${unproven.join(', ') || 'any baseline'} by ${n} matured forecasts`,
  };
}
