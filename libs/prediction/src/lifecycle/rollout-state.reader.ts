import type { ModelEvaluationEntity } from '@btcforecast/database';
import { HOUR_MS } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import type { ModelReference } from '../models/model-files.js';
import { isSameModel, type AliasMove } from '../registry/alias-move.js';
import { AliasRepository } from '../registry/alias.repository.js';
import { AliasService } from '../registry/alias.service.js';
import { ModelEvaluationRepository, type EvaluationScope } from '../registry/model-evaluation.repository.js';
import { comparePairs } from './compare-pairs.js';
import { RolloutScoresRepository } from './rollout-scores.repository.js';
import type { Comparison, PhaseVerdict, RolloutState, Tenure } from './rollout-state.js';
import { RolloutRepository } from './rollout.repository.js';

/** Evaluations made on live origins carry the number of the move that began the tenure they judge. */
export const TENURE_KEY = 'moveId';
const LIVE_KINDS: readonly string[] = ['shadow', 'canary', 'live'];

/** Reads all that a decision about a rollout depends on. */
@Injectable()
export class RolloutStateReader {
  constructor(
    private readonly aliases: AliasRepository,
    private readonly holders: AliasService,
    private readonly evaluations: ModelEvaluationRepository,
    private readonly rollout: RolloutRepository,
    private readonly scores: RolloutScoresRepository,
  ) {}

  /** @param now event time, ms */
  async read(scope: EvaluationScope, now: number): Promise<RolloutState> {
    const { feed, instrument } = scope;
    const [championMove, challengerMove, canaryMove] = await Promise.all([
      this.aliases.newest(feed, instrument, 'champion'),
      this.aliases.newest(feed, instrument, 'challenger'),
      this.aliases.newest(feed, instrument, 'canary'),
    ]);
    const configured = championMove ? null : (await this.holders.holders(feed, instrument)).champion;
    const champion = tenureOf(championMove) ?? { model: configured!, moveId: null, since: 0, from: null };
    const challenger = tenureOf(challengerMove);
    const canary = tenureOf(canaryMove);
    const tenures = { champion, challenger, canary };
    const [waiting, lastTroubleAt] = await Promise.all([
      this.rollout.listWaiting(scope),
      this.rollout.lastTroubleAt(scope),
    ]);
    return {
      now,
      ...tenures,
      onProbation: isProbation(championMove, challengerMove),
      ...(await this.#verdicts(scope, tenures)),
      comparison: await this.#comparison(scope, { champion, challenger, since: challenger?.since, now }),
      canaryComparison: await this.#comparison(scope, { champion, challenger, since: canary?.since, now }),
      waiting,
      lastTroubleAt,
    };
  }

  async #verdicts(scope: EvaluationScope, { champion, challenger, canary }: Tenures) {
    const [ofChampion, ofChallenger] = await Promise.all([
      this.#evaluationsOf(scope, champion.model),
      challenger ? this.#evaluationsOf(scope, challenger.model) : [],
    ]);
    const newestOf = (kind: string) => ofChallenger.find((one) => one.kind === kind);
    const tenures = [challenger?.moveId, canary?.moveId];
    return {
      live: verdictIn(ofChampion, 'live', champion),
      shadow: verdictIn(ofChallenger, 'shadow', challenger),
      canaryVerdict: verdictIn(ofChallenger, 'canary', canary),
      challengerPassedTechnical: newestOf('technical')?.verdict === 'passed',
      challengerWasRefused:
        newestOf('walk_forward')?.verdict === 'refused' ||
        ofChallenger.some(
          ({ kind, verdict, evidence }) =>
            verdict === 'refused' &&
            LIVE_KINDS.includes(kind) &&
            !tenures.includes(evidence[TENURE_KEY] as string),
        ),
      shadowAlone: newestOf('walk_forward')?.evidence['counted'] !== true,
    };
  }

  /** Those that hold here, newest first. */
  async #evaluationsOf(
    { feed, instrument }: EvaluationScope,
    { name, version }: ModelReference,
  ): Promise<ModelEvaluationEntity[]> {
    const all = await this.evaluations.listFor(name, version);
    return all.filter(
      (one) => [null, feed].includes(one.feed) && [null, instrument].includes(one.instrument),
    );
  }

  async #comparison(
    scope: EvaluationScope,
    { champion, challenger, since, now }: Span,
  ): Promise<Comparison | null> {
    if (!challenger || since === undefined) return null;
    const question = {
      ...scope,
      champion: champion.model,
      challenger: challenger.model,
      since: Math.max(champion.since, since),
    };
    const [pairs, answered] = await Promise.all([
      this.scores.listPairs(question),
      // The newest origins may still be on their way.
      this.scores.countAnswered(question, now - HOUR_MS),
    ]);
    return { since: question.since, horizons: comparePairs(pairs), answered };
  }
}

interface Tenures {
  readonly champion: Tenure;
  readonly challenger: Tenure | null;
  readonly canary: Tenure | null;
}

interface Span {
  readonly champion: Tenure;
  readonly challenger: Tenure | null;
  /** ms. */
  readonly since: number | undefined;
  readonly now: number;
}

function tenureOf(move: AliasMove | null): Tenure | null {
  if (!move?.to) return null;
  return { model: move.to, moveId: move.id, since: move.effectiveOrigin, from: move.from };
}

/** The predecessor became challenger by the move that made its successor champion. */
function isProbation(champion: AliasMove | null, challenger: AliasMove | null): boolean {
  if (!champion || !challenger?.to) return false;
  const isTogether =
    champion.effectiveOrigin === challenger.effectiveOrigin && champion.movedAt === challenger.movedAt;
  return isTogether && isSameModel(champion.from, challenger.to);
}

function verdictIn(
  evaluations: readonly ModelEvaluationEntity[],
  kind: string,
  tenure: Tenure | null,
): PhaseVerdict | null {
  if (tenure?.moveId == null) return null;
  const found = evaluations.find((one) => one.kind === kind && one.evidence[TENURE_KEY] === tenure.moveId);
  if (!found) return null;
  const failed = found.checks.filter(({ passed }) => !passed);
  const reason = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
  return { verdict: found.verdict, id: found.id, reason: reason || 'all checks passed' };
}
