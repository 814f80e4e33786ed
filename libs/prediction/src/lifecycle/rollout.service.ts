import { MarketClockReader } from '@btcforecast/candle-reader';
import { isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { referenceText } from '../registry/alias-move.js';
import { AliasService, type ModelMoveRequest } from '../registry/alias.service.js';
import { ModelEvaluationRepository, type EvaluationScope } from '../registry/model-evaluation.repository.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { decideRollout } from './decide-rollout.js';
import { PROMOTION_POLICY, type PromotionPolicy } from './promotion-policy.js';
import type { Comparison, RolloutDecision, RolloutState } from './rollout-state.js';
import { RolloutStateReader, TENURE_KEY } from './rollout-state.reader.js';
import { RolloutRepository } from './rollout.repository.js';

/** Who moves aliases here, as the record names it. */
export const ROLLOUT_ACTOR = 'policy:rollout';
/** An alias reason holds at most 2,000 characters. */
const MAX_REASON = 1_900;

type Verdict = Extract<RolloutDecision, { kind: 'judge' }>;
type Move = Exclude<RolloutDecision, { kind: 'wait' | 'judge' }>;

export interface RolloutStep {
  readonly kind: RolloutDecision['kind'] | 'busy' | 'overtaken';
  readonly reason: string;
}

/**
 * Takes the next step of a rollout whenever it is asked: compares challenger and champion by what has matured, records
 * the verdict, makes the move that follows from it. It keeps nothing in memory: what was interrupted is decided again
 * from the record.
 */
@Injectable()
export class RolloutService {
  constructor(
    private readonly states: RolloutStateReader,
    private readonly rollout: RolloutRepository,
    private readonly aliases: AliasService,
    private readonly evaluations: ModelEvaluationRepository,
    private readonly versions: ModelVersionRepository,
    private readonly clock: MarketClockReader,
  ) {}

  /**
   * One verdict at most, and one move at most; the move that follows from the verdict is made at once.
   *
   * @returns what was done, in order
   * @throws AppError transient market.clock_unknown, database.unavailable
   */
  async judge(
    feed: string,
    instrument: string,
    policy: PromotionPolicy = PROMOTION_POLICY,
  ): Promise<RolloutStep[]> {
    const scope = { feed, instrument };
    const steps = await this.rollout.alone(scope, async () => {
      const first = await this.#step(scope, policy);
      return first.kind === 'judge' ? [first, await this.#step(scope, policy)] : [first];
    });
    return steps ?? [{ kind: 'busy', reason: 'another process is judging' }];
  }

  async #step(scope: EvaluationScope, policy: PromotionPolicy): Promise<RolloutStep> {
    const now = await this.clock.now(scope.feed, scope.instrument);
    const state = await this.states.read(scope, now);
    const decision = decideRollout(state, policy);
    if (decision.kind === 'judge') return this.#record(scope, state, decision);
    if (decision.kind === 'wait') return decision;
    return this.#moveOrYield(scope, state, decision, policy);
  }

  async #record(scope: EvaluationScope, state: RolloutState, decision: Verdict): Promise<RolloutStep> {
    const { phase, model, verdict, checks } = decision;
    const id = await this.evaluations.record({
      ...scope,
      modelName: model.name,
      modelVersion: model.version,
      onnxSha256: (await this.versions.findDigest(model.name, model.version)) ?? '',
      kind: phase,
      verdict,
      checks,
      evidence: evidenceOf(state, phase),
      decidedAt: state.now,
    });
    return { kind: 'judge', reason: `${phase} of ${referenceText(model)} ${verdict} (evaluation ${id})` };
  }

  /** Somebody may have moved an alias since the state was read: then it is decided anew next time. */
  async #moveOrYield(
    scope: EvaluationScope,
    state: RolloutState,
    decision: Move,
    policy: PromotionPolicy,
  ): Promise<RolloutStep> {
    try {
      await this.#move(scope, decision, policy);
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (error.code === 'model.refused') return this.#refuse(scope, state, decision, error.message);
      if (error.code === 'model.conflict') return { kind: 'overtaken', reason: error.message };
      throw error;
    }
    return { kind: decision.kind, reason: `${referenceText(decision.model)}: ${decision.reason}` };
  }

  async #move(scope: EvaluationScope, decision: Move, policy: PromotionPolicy): Promise<void> {
    const { model, evaluationId, reason } = decision;
    const shared = { ...scope, actor: ROLLOUT_ACTOR, reason: reason.slice(0, MAX_REASON), evaluationId };
    const request: ModelMoveRequest = { ...shared, ...model };
    switch (decision.kind) {
      case 'start_shadow':
        await this.aliases.promote({ ...request, alias: 'challenger' });
        break;
      case 'start_canary':
        await this.aliases.startCanary({ ...request, share: policy.canary.share });
        break;
      case 'promote':
        await this.aliases.promote({ ...request, alias: 'champion' });
        break;
      case 'roll_back':
        await this.aliases.rollBack(request);
        break;
      case 'clear':
        await this.aliases.clear({ ...shared, alias: 'challenger', expected: model });
        break;
    }
  }

  /** The rules of the registry refuse what the policy would do: recorded like any other refusal, so that it is final. */
  async #refuse(
    scope: EvaluationScope,
    state: RolloutState,
    { model, kind }: Move,
    reason: string,
  ): Promise<RolloutStep> {
    const checks = [{ name: 'rules of promotion', passed: false, detail: reason }];
    return this.#record(scope, state, {
      kind: 'judge',
      phase: kind === 'promote' ? 'canary' : 'shadow',
      model,
      verdict: 'refused',
      checks,
    });
  }
}

function evidenceOf(state: RolloutState, phase: Verdict['phase']): Record<string, unknown> {
  const { champion, challenger, canary } = state;
  const tenure = { shadow: challenger, canary, live: champion }[phase];
  const comparison = phase === 'canary' ? state.canaryComparison : state.comparison;
  return {
    [TENURE_KEY]: tenure?.moveId ?? null,
    champion: referenceText(champion.model),
    challenger: referenceText(challenger?.model ?? null),
    ...(comparison && evidenceIn(comparison)),
  };
}

function evidenceIn({ since, answered, horizons }: Comparison): Record<string, unknown> {
  return { since: new Date(since).toISOString(), answered, horizons };
}
