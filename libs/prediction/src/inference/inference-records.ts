import { Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { InferenceLoadRepository } from './inference-load.repository.js';

/** What inference reads and writes. */
@Injectable()
export class InferenceRecords {
  constructor(
    readonly versions: ModelVersionRepository,
    readonly loads: InferenceLoadRepository,
    readonly clock: Clock,
  ) {}
}
