import { HORIZON_HOURS, HORIZONS, QUANTILE_LEVELS, type Alias } from '@btcforecast/contracts';
import type { ModelEvaluationEntity } from '@btcforecast/database';
import { AppError } from '@btcforecast/platform';
import type { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import type { ModelReference } from '../models/model-files.js';
import { modelNotFound } from '../models/model-not-found.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { referenceText } from './alias-move.js';
import { ModelEvaluationRepository, type EvaluationScope } from './model-evaluation.repository.js';

const NO_OVERRIDE = 'nothing overrides that';
const OVERRIDE = 'whoever knows better promotes it with "override": true (btcf models promote --override)';

export interface PromotionAim {
  readonly alias: Exclude<Alias, 'canary'>;
  /** Without shadow evidence; never past the technical check. */
  readonly override: boolean;
}

/** What a version must have shown before it gets an alias. */
@Injectable()
export class PromotionRules {
  constructor(
    private readonly versions: ModelVersionRepository,
    private readonly evaluations: ModelEvaluationRepository,
  ) {}

  /**
   * Every alias needs a passed technical check; the alias champion a passed shadow too, on that feed and instrument.
   * The newest evaluation of a kind is the one that counts.
   *
   * @returns number of the evaluation that the promotion rests on
   * @throws AppError caller model.not_found; model.refused naming what is missing
   */
  async evidenceFor(
    { name, version, feed, instrument }: ModelReference & EvaluationScope,
    { alias, override }: PromotionAim,
  ): Promise<string> {
    const manifest = await this.versions.findManifest(name, version);
    const model = { name, version };
    if (!manifest) throw modelNotFound(model);
    requireWhole(manifest);
    const scope = { feed, instrument };
    const technical = await this.evaluations.latest(name, version, 'technical', scope);
    if (technical?.verdict !== 'passed') throw refused(model, 'technical check', technical, NO_OVERRIDE);
    if (alias !== 'champion' || override) return technical.id;
    const shadow = await this.evaluations.latest(name, version, 'shadow', scope);
    if (shadow?.verdict === 'passed') return shadow.id;
    const advice = shadow ? OVERRIDE : `make it challenger first, which starts one; ${OVERRIDE}`;
    throw refused(model, `shadow evaluation on ${instrument} of the feed ${feed}`, shadow, advice);
  }
}

/** Whoever answers must answer all that the product promises. */
function requireWhole({ name, version, horizonsHours, levels }: ModelManifest): void {
  const hours = HORIZONS.map((horizon) => HORIZON_HOURS[horizon]);
  if (isEqual(horizonsHours, hours) && isEqual(levels, QUANTILE_LEVELS)) return;
  throw new AppError(
    'caller',
    'model.refused',
    `${name}@${version} answers the horizons ${horizonsHours.join(', ')} h at the levels ${levels.join(', ')}; here ` +
      `a model must answer ${hours.join(', ')} h at ${QUANTILE_LEVELS.join(', ')}`,
    { name, version },
  );
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function refused(
  model: ModelReference,
  what: string,
  found: ModelEvaluationEntity | null,
  advice: string,
): AppError {
  const failed = found?.checks
    .filter(({ passed }) => !passed)
    .map(({ name, detail }) => `${name}: ${detail}`);
  const why = found ? `failed (evaluation ${found.id}: ${failed?.join('; ')})` : 'is missing';
  return new AppError(
    'caller',
    'model.refused',
    `${referenceText(model)} cannot be promoted: its ${what} ${why}; ${advice}`,
    { ...model },
  );
}
