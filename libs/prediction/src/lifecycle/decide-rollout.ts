import { HOUR_MS } from '@btcforecast/timeseries';
import { isSameModel, referenceText } from '../registry/alias-move.js';
import { judgeLivePhase, judgeProbation, type PhaseFinding } from './judge-live-phase.js';
import type { PromotionPolicy } from './promotion-policy.js';
import type { RolloutDecision, RolloutState, Tenure, WaitingVersion } from './rollout-state.js';

/**
 * The next step of a rollout: a verdict to be recorded, or one move of an alias, or nothing yet. A pure function of what
 * is recorded, so that a step that was interrupted is simply decided again.
 *
 * A version becomes champion only after its technical check, its walk-forward (or a longer shadow where that could not
 * count), its shadow and its canary, all passed; one that was refused is never taken up again.
 */
export function decideRollout(state: RolloutState, policy: PromotionPolicy): RolloutDecision {
  if (!state.challenger) return takeNext(state, policy);
  if (state.onProbation) return decideProbation(state, state.challenger, policy);
  return decideChallenger(state, state.challenger, policy);
}

function takeNext(state: RolloutState, policy: PromotionPolicy): RolloutDecision {
  const next = state.waiting.find((version) => isFit(version, state));
  if (!next) return wait('no version waits to be compared');
  const freeAt = (state.lastTroubleAt ?? -Infinity) + policy.coolDownHours * HOUR_MS;
  if (state.now < freeAt)
    return wait(`after a refusal the next version is taken up ${policy.coolDownHours} h later`);
  return {
    kind: 'start_shadow',
    model: next.model,
    evaluationId: next.walkForwardId,
    reason: `it passed its walk-forward (evaluation ${next.walkForwardId}) and is compared on live origins now`,
  };
}

function isFit(version: WaitingVersion, { champion }: RolloutState): boolean {
  const { model, technical, walkForward, wasRefused, hadItsTurn } = version;
  const passed = technical === 'passed' && walkForward === 'passed';
  return passed && !wasRefused && !hadItsTurn && !isSameModel(model, champion.model);
}

function decideProbation(state: RolloutState, predecessor: Tenure, policy: PromotionPolicy): RolloutDecision {
  const { live, champion, comparison, now } = state;
  if (live?.verdict === 'refused') {
    return {
      kind: 'roll_back',
      model: champion.model,
      evaluationId: live.id,
      reason: `worse than its predecessor ${referenceText(predecessor.model)}: ${live.reason}`,
    };
  }
  if (live) {
    return {
      kind: 'clear',
      model: predecessor.model,
      evaluationId: live.id,
      reason: `${referenceText(champion.model)} has passed its probation; its predecessor is released`,
    };
  }
  const finding = judgeProbation(comparison, { hours: hoursSince(champion, now), policy });
  return verdictOrWait('live', champion, finding);
}

function decideChallenger(state: RolloutState, challenger: Tenure, policy: PromotionPolicy): RolloutDecision {
  const { shadow, canaryVerdict } = state;
  const refused = [shadow, canaryVerdict].find((one) => one?.verdict === 'refused');
  if (refused) return clear(challenger, refused.id, refused.reason);
  if (!state.challengerPassedTechnical)
    return clear(challenger, null, 'it has not passed its technical check');
  if (state.challengerWasRefused) return clear(challenger, null, 'it was refused before, and stays refused');
  if (!shadow) return judgeShadow(state, challenger, policy);
  if (!state.canary) {
    return {
      kind: 'start_canary',
      model: challenger.model,
      evaluationId: shadow.id,
      reason: `it passed its shadow (evaluation ${shadow.id}) and answers ${100 * policy.canary.share} % of the requests`,
    };
  }
  if (!canaryVerdict) return judgeCanary(state, state.canary, policy);
  return {
    kind: 'promote',
    model: challenger.model,
    evaluationId: canaryVerdict.id,
    reason: `it passed its shadow (evaluation ${shadow.id}) and its canary (evaluation ${canaryVerdict.id})`,
  };
}

function judgeShadow(state: RolloutState, challenger: Tenure, policy: PromotionPolicy): RolloutDecision {
  const finding = judgeLivePhase(state.comparison, {
    phase: state.shadowAlone ? policy.shadowAlone : policy.shadow,
    hours: hoursSince(challenger, state.now),
    beatBaselines: state.shadowAlone,
    policy,
  });
  return verdictOrWait('shadow', challenger, finding);
}

function judgeCanary(state: RolloutState, canary: Tenure, policy: PromotionPolicy): RolloutDecision {
  const finding = judgeLivePhase(state.canaryComparison, {
    phase: policy.canary,
    hours: hoursSince(canary, state.now),
    beatBaselines: false,
    policy,
  });
  return verdictOrWait('canary', canary, finding);
}

function verdictOrWait(
  phase: 'shadow' | 'canary' | 'live',
  { model }: Tenure,
  finding: PhaseFinding,
): RolloutDecision {
  if (finding.verdict === null) return wait(`${phase} of ${referenceText(model)}: ${finding.reason}`);
  return { kind: 'judge', phase, model, verdict: finding.verdict, checks: finding.checks };
}

function clear({ model }: Tenure, evaluationId: string | null, reason: string): RolloutDecision {
  return { kind: 'clear', model, evaluationId, reason };
}

function wait(reason: string): RolloutDecision {
  return { kind: 'wait', reason };
}

function hoursSince({ since }: Tenure, now: number): number {
  return (now - since) / HOUR_MS;
}
