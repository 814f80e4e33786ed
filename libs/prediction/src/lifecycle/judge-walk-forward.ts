import { SCORE_SCALE, type HorizonScore } from '@btcforecast/backtest';
import { BASELINE_NAMES } from '@btcforecast/timeseries';
import { check, type EvaluationCheck } from '../registry/evaluation-check.js';
import type { PromotionPolicy } from './promotion-policy.js';
import { baselineChecks, calibrationChecks, skillChecks, type Coverage } from './skill-checks.js';
import type { WalkForwardReport } from './walk-forward-request.js';

export interface WalkForwardVerdict {
  readonly verdict: 'passed' | 'refused';
  readonly checks: readonly EvaluationCheck[];
  /** false: there were too few origins to say anything; shadow decides alone, and takes longer. */
  readonly counted: boolean;
}

/**
 * Whether a walk-forward speaks for a candidate. Where too few origins are out of sample for both it neither speaks for
 * nor against: then only what can be measured without them, size, is judged.
 *
 * @param bytes of the candidate's graph
 */
export function judgeWalkForward(
  report: WalkForwardReport,
  bytes: number,
  policy: PromotionPolicy,
): WalkForwardVerdict {
  const limits = policy.walkForward;
  const losses = report.comparison.filter(({ horizonHours }) => policy.judgedHours.includes(horizonHours));
  const fewest = Math.min(...losses.map(({ n }) => n));
  const counted = losses.length === policy.judgedHours.length && fewest >= limits.minOutcomes;
  const size = check('size', bytes <= limits.maxBytes, `${bytes} of at most ${limits.maxBytes} bytes`);
  const outcomes = check('outcomes', true, outcomesText(fewest, limits.minOutcomes, counted));
  const checks = counted
    ? [
        outcomes,
        ...skillChecks(losses, limits),
        ...baselineChecks(baselineDifferences(report.candidate, policy.judgedHours)),
        ...calibrationChecks(coverageOf(report, policy.judgedHours), limits),
        runtimeCheck(report.forecastMs, limits.maxForecastMs),
        size,
      ]
    : [outcomes, size];
  return { verdict: checks.every(({ passed }) => passed) ? 'passed' : 'refused', checks, counted };
}

function outcomesText(fewest: number, wanted: number, counted: boolean): string {
  const found = `${fewest} past origins that neither the candidate nor the champion was trained on`;
  if (counted) return `${found}, at least ${wanted}`;
  return `${found}, fewer than ${wanted}: this says nothing of its skill; a longer shadow decides alone`;
}

/** Relative to each baseline's loss, by name, one for each judged horizon. A baseline that is the candidate itself ties. */
function baselineDifferences(
  candidate: readonly HorizonScore[],
  judgedHours: readonly number[],
): Record<string, number[]> {
  const judged = candidate.filter(({ horizonHours }) => judgedHours.includes(horizonHours));
  return Object.fromEntries(
    BASELINE_NAMES.map((name) => [
      name,
      judged.map(({ differences }) => {
        const found = differences.find(({ baseline }) => baseline === name);
        return found ? found.mean / found.pinball : 0;
      }),
    ]),
  );
}

function coverageOf({ candidate, champion }: WalkForwardReport, judgedHours: readonly number[]): Coverage[] {
  return candidate
    .filter(({ horizonHours }) => judgedHours.includes(horizonHours))
    .map(({ horizonHours, n, coverage }) => ({
      horizonHours,
      shares: coverage.map(({ mean }) => mean),
      standardErrors: coverage.map(
        ({ standardError, share }) => standardError ?? Math.sqrt((share * (1 - share)) / n),
      ),
      championShares: champion
        .find((one) => one.horizonHours === horizonHours)!
        .coverage.map(({ mean }) => mean),
    }));
}

function runtimeCheck(forecastMs: number | null, limit: number): EvaluationCheck {
  return check(
    'runtime',
    forecastMs !== null && forecastMs <= limit,
    `${forecastMs?.toFixed(1) ?? 'unknown'} of at most ${limit} ms for one forecast of all horizons`,
  );
}

/** The numbers behind the verdict, for the record. */
export function walkForwardEvidence(report: WalkForwardReport, counted: boolean): Record<string, unknown> {
  const scores = (of: readonly HorizonScore[]) =>
    of.map(({ horizonHours, n, pinball, crps, coverage, differences }) => ({
      horizonHours,
      n,
      pinball,
      crps,
      coverage: coverage.map(({ share, mean, standardError }) => ({ share, mean, standardError })),
      differences: differences.map(({ baseline, mean, low, high }) => ({ baseline, mean, low, high })),
    }));
  return {
    counted,
    scale: SCORE_SCALE,
    folds: report.folds.map(({ from, to, ...fold }) => ({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      ...fold,
    })),
    comparison: report.comparison,
    candidate: scores(report.candidate),
    champion: scores(report.champion),
    forecastMs: report.forecastMs,
  };
}
