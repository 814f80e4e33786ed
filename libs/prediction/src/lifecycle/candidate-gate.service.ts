import { createRequire } from 'node:module';
import { AppError } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import type { ModelReference } from '../models/model-files.js';
import { modelNotFound } from '../models/model-not-found.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { isSameModel, referenceText } from '../registry/alias-move.js';
import { AliasService } from '../registry/alias.service.js';
import { ModelEvaluationRepository, type EvaluationScope } from '../registry/model-evaluation.repository.js';
import { HistoryReader } from './history.reader.js';
import { judgeWalkForward, walkForwardEvidence } from './judge-walk-forward.js';
import { PROMOTION_POLICY, type PromotionPolicy } from './promotion-policy.js';
import type { Contender } from './walk-forward-request.js';
import { WalkForwardRunner } from './walk-forward-runner.js';

/** Written into the manifests of refitted models, which exist in memory only. */
const { version: CODE_VERSION } = createRequire(import.meta.url)('../../package.json') as { version: string };

export interface GateQuestion extends EvaluationScope, ModelReference {
  /** Nothing that closes later is seen; ms. */
  readonly until: number;
}

export interface GateResult {
  /** known: it had been evaluated here before; champion: it need not be. */
  readonly state: 'passed' | 'refused' | 'known' | 'champion';
  /** Number of the evaluation; null for a champion. */
  readonly evaluationId: string | null;
}

/**
 * The gate before a version may be compared on live origins: walks it forward beside the champion and the baselines, and
 * records the verdict with its numbers. Moves no alias.
 */
@Injectable()
export class CandidateGate {
  constructor(
    private readonly history: HistoryReader,
    private readonly versions: ModelVersionRepository,
    private readonly aliases: AliasService,
    private readonly evaluations: ModelEvaluationRepository,
    private readonly runner: WalkForwardRunner,
  ) {}

  /**
   * Once for each version, feed and instrument: doing it again records nothing new.
   *
   * @throws AppError caller model.not_found, model.refused without a passed technical check,
   *   forecast.insufficient_history without a candle; bug when the candidate cannot be asked; transient when the
   *   process died
   */
  async evaluate(
    question: GateQuestion,
    onProgress: (share: number) => void = () => {},
    policy: PromotionPolicy = PROMOTION_POLICY,
  ): Promise<GateResult> {
    const { feed, instrument, name, version } = question;
    const scope = { feed, instrument };
    const known = await this.evaluations.latest(name, version, 'walk_forward', scope);
    if (known) return { state: 'known', evaluationId: known.id };
    const { champion } = await this.aliases.holders(feed, instrument);
    if (isSameModel(champion, question)) return { state: 'champion', evaluationId: null };
    await this.#requireTechnical(question);
    const candidate = await this.#contender(question);
    const until = Math.floor(question.until / HOUR_MS) * HOUR_MS;
    const report = await this.runner.run(
      {
        history: await this.history.until(feed, instrument, until),
        ...{ instrument, codeVersion: CODE_VERSION, until },
        candidate,
        champion: await this.#contender(champion),
        months: policy.walkForward.months,
        everyHours: policy.walkForward.everyHours,
      },
      onProgress,
    );
    const { verdict, checks, counted } = judgeWalkForward(report, candidate.onnx.length, policy);
    const evaluationId = await this.evaluations.record({
      ...scope,
      modelName: name,
      modelVersion: version,
      onnxSha256: candidate.manifest.onnx.sha256,
      kind: 'walk_forward',
      verdict,
      checks,
      evidence: {
        ...walkForwardEvidence(report, counted),
        champion: referenceText(champion),
        until: new Date(until).toISOString(),
      },
      decidedAt: question.until,
    });
    return { state: verdict, evaluationId };
  }

  async #requireTechnical({ feed, instrument, name, version }: GateQuestion): Promise<void> {
    const technical = await this.evaluations.latest(name, version, 'technical', { feed, instrument });
    if (technical?.verdict === 'passed') return;
    throw new AppError(
      'caller',
      'model.refused',
      `${name}@${version} has not passed its technical check; only then is it walked forward`,
      { name, version },
    );
  }

  async #contender(model: ModelReference): Promise<Contender> {
    const files = await this.versions.findFiles(model.name, model.version);
    if (files) return files;
    throw modelNotFound(model);
  }
}
