import { Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { AliasRepository } from '../registry/alias.repository.js';
import { ModelEvaluationRepository } from '../registry/model-evaluation.repository.js';
import { ModelVersionRepository } from './model-version.repository.js';

/** What the model store reads and writes. */
@Injectable()
export class ModelRecords {
  constructor(
    readonly versions: ModelVersionRepository,
    readonly aliases: AliasRepository,
    readonly evaluations: ModelEvaluationRepository,
    readonly clock: Clock,
  ) {}
}
