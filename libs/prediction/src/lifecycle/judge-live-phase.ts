import { HORIZONS } from '@btcforecast/contracts';
import { check, type EvaluationCheck } from '../registry/evaluation-check.js';
import type { LivePhase, PromotionPolicy } from './promotion-policy.js';
import type { Comparison, HorizonComparison } from './rollout-state.js';
import { baselineChecks, calibrationChecks, skillChecks } from './skill-checks.js';

export type PhaseFinding =
  | { readonly verdict: null; readonly reason: string }
  | { readonly verdict: 'passed' | 'refused'; readonly checks: readonly EvaluationCheck[] };

export interface PhaseQuestion {
  readonly phase: LivePhase;
  /** Event time since it began, hours. */
  readonly hours: number;
  /** Also ask for less loss than each baseline's. */
  readonly beatBaselines: boolean;
  readonly policy: PromotionPolicy;
}

/**
 * Judges a challenger, in shadow or as canary, by what has matured. Refused at once when it does not answer or is shown
 * to be worse at any horizon; else judged when enough has matured, or refused when that does not happen in time.
 */
export function judgeLivePhase(comparison: Comparison | null, question: PhaseQuestion): PhaseFinding {
  const { phase, hours, policy } = question;
  if (!comparison) return { verdict: null, reason: 'nothing has matured' };
  const answers = answersCheck('challenger', comparison, policy);
  const worse = notWorseCheck('challenger', comparison.horizons, policy);
  const early = [answers, worse].filter(({ passed }) => !passed);
  if (early.length > 0) return { verdict: 'refused', checks: [answers, worse] };
  const judged = judgedOf(comparison, policy);
  const fewest = fewestOf(judged, policy);
  if (fewest < phase.outcomes) {
    const reason = `${fewest} of ${phase.outcomes} origins have matured at every judged horizon`;
    if (hours < phase.maxHours) return { verdict: null, reason };
    const late = check('outcomes', false, `only ${reason}, after ${phase.maxHours} h`);
    return { verdict: 'refused', checks: [late, answers, worse] };
  }
  const checks = [
    check('outcomes', true, `${fewest} origins, at least ${phase.outcomes}`),
    answers,
    worse,
    ...skillChecks(judged.map(relativeLoss), phase),
    ...calibrationChecks(
      judged.map(({ challenger }) => challenger),
      phase,
    ),
    ...(question.beatBaselines ? baselineChecks(againstBaselines(judged)) : []),
  ];
  return { verdict: checks.every(({ passed }) => passed) ? 'passed' : 'refused', checks };
}

/**
 * Judges a new champion beside its predecessor, who is challenger meanwhile: refused as soon as it is shown to be worse
 * at any horizon, or others must stand in for it; passed when enough has matured without that and it does not look worse
 * either, or when its time is over.
 */
export function judgeProbation(
  comparison: Comparison | null,
  { hours, policy }: { readonly hours: number; readonly policy: PromotionPolicy },
): PhaseFinding {
  const { outcomes, maxHours, overallWorse } = policy.probation;
  if (!comparison) return { verdict: null, reason: 'it has no predecessor beside it' };
  const answers = answersCheck('champion', comparison, policy);
  const worse = notWorseCheck('champion', comparison.horizons, policy);
  if (!answers.passed || !worse.passed) return { verdict: 'refused', checks: [answers, worse] };
  const judged = judgedOf(comparison, policy);
  const fewest = fewestOf(judged, policy);
  const loss = overallLoss(judged);
  const reason =
    `${fewest} of ${outcomes} origins have matured at every judged horizon; its mean loss is ` +
    `${(100 * (loss - 1)).toFixed(2)} % above its predecessor's`;
  const isDone = fewest >= outcomes && loss - 1 <= overallWorse;
  if (!isDone && hours < maxHours) return { verdict: null, reason };
  const end = isDone ? reason : `${reason}, which is no proof after ${maxHours} h`;
  return { verdict: 'passed', checks: [check('outcomes', true, end), answers, worse] };
}

/** The champion's loss over its predecessor's, mean over the horizons; 1 where there is none. */
function overallLoss(judged: readonly HorizonComparison[]): number {
  if (judged.length === 0) return 1;
  return judged.reduce((sum, one) => sum + one.championLoss / one.challengerLoss, 0) / judged.length;
}

function judgedOf({ horizons }: Comparison, { judgedHours }: PromotionPolicy): HorizonComparison[] {
  return horizons.filter(({ horizonHours }) => judgedHours.includes(horizonHours));
}

/** Pairs at the judged horizon that has the fewest. */
function fewestOf(judged: readonly HorizonComparison[], { judgedHours }: PromotionPolicy): number {
  return judged.length < judgedHours.length ? 0 : Math.min(...judged.map(({ n }) => n));
}

function answersCheck(
  who: 'challenger' | 'champion',
  { answered }: Comparison,
  policy: PromotionPolicy,
): EvaluationCheck {
  const { origins } = answered;
  const isEnough = origins < policy.answersFrom || answered[who] >= policy.minAnswered * origins;
  return check(
    'answers',
    isEnough,
    `the ${who} answered ${answered[who]} of ${origins} origins on time; at least ${100 * policy.minAnswered} % from ` +
      `${policy.answersFrom} on`,
  );
}

/**
 * The sequential test, at every horizon that has matured: its e-value is valid at whatever moment one looks, and the
 * error is divided by the number of all horizons, matured or not.
 */
function notWorseCheck(
  who: 'challenger' | 'champion',
  horizons: readonly HorizonComparison[],
  { alpha }: PromotionPolicy,
): EvaluationCheck {
  const threshold = Math.log10(HORIZONS.length / alpha);
  const found = horizons.map(({ horizonHours, n, evidence }) => {
    const against = who === 'challenger' ? evidence.logEWorse : evidence.logEBetter;
    return { against, text: `${horizonHours} h: ${against.toFixed(2)} over ${n}` };
  });
  return check(
    'not shown to be worse',
    found.every(({ against }) => against < threshold),
    `log10 of the evidence against the ${who}: ${found.map(({ text }) => text).join('; ') || 'none'}; it is worse from ` +
      `${threshold.toFixed(2)} on`,
  );
}

function relativeLoss({ horizonHours, n, championLoss, evidence }: HorizonComparison) {
  return {
    horizonHours,
    n,
    relative: (evidence.mean ?? 0) / championLoss,
    low: evidence.low === null ? null : evidence.low / championLoss,
  };
}

function againstBaselines(judged: readonly HorizonComparison[]): Record<string, number[]> {
  const names = Object.keys(judged[0]?.baselines ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      judged.map(({ challengerLoss, baselines }) => challengerLoss / baselines[name]! - 1),
    ]),
  );
}
