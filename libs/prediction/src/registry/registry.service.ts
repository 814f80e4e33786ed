import { createHash } from 'node:crypto';
import { MarketClockReader } from '@btcforecast/candle-reader';
import type { ModelStatus } from '@btcforecast/contracts';
import { AppError, Clock, EventBus } from '@btcforecast/platform';
import type { ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { ModelEvaluationRepository } from './model-evaluation.repository.js';
import { TechnicalCheck, type TechnicalReport } from './technical-check.js';

export interface NewModel {
  readonly name: string;
  /** `user` for what users bring. */
  readonly family: string;
  readonly status: Exclude<ModelStatus, 'shipped'>;
  readonly onnx: Uint8Array;
  /** As it came; its version is given here. */
  readonly manifest: unknown;
  /** For whom it was made, where it was made for somebody. */
  readonly feed?: string;
  readonly instrument?: string;
  /** Who brought it, for the record: a key by its id. */
  readonly actor?: string;
}

export interface Registration {
  /** known: these bytes have a version of that name, and passed the check already. */
  readonly state: 'registered' | 'known';
  readonly name: string;
  readonly version: number;
}

/** Names that end in a feed are those of candidates, also before there is one. */
const OF_A_FEED = /-(live|demo|replay-[0-9a-f]+)$/;

/** The one door into the registry, for what was trained here and for what users bring alike. */
@Injectable()
export class RegistryService {
  constructor(
    private readonly versions: ModelVersionRepository,
    private readonly evaluations: ModelEvaluationRepository,
    private readonly technical: TechnicalCheck,
    private readonly events: EventBus,
    private readonly marketClock: MarketClockReader,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks a model, records what was found whatever it is, and gives the model the next version of its name if it
   * passed. May be repeated, and run by several processes at once: the same bytes have one version.
   *
   * @throws AppError caller model.refused naming each failed check, model.conflict when the name belongs to models of
   *   another origin; transient service.not_ready when it cannot be checked now
   */
  async register(model: NewModel): Promise<Registration> {
    const { name } = model;
    const sha256 = createHash('sha256').update(model.onnx).digest('hex');
    await this.#requireOwnName(model);
    const known = await this.versions.findByDigest(name, sha256);
    if (known !== null && (await this.isChecked(name, known)))
      return { state: 'known', name, version: known };
    const decidedAt = await this.#eventTime(model);
    const report = await this.technical.examine(model);
    const { verdict, manifest } = report;
    if (verdict === 'refused' || !manifest) {
      throw refused(name, report, await this.#record(model, { sha256, version: known, report, decidedAt }));
    }
    const { version, isNew } = await this.#add(model, sha256, manifest);
    await this.#record(model, { sha256, version, report, decidedAt });
    await this.events.publish('model.registered', { name, version });
    return { state: isNew ? 'registered' : 'known', name, version };
  }

  /** Whether a version has been through the check: the process may have ended between giving the number and recording. */
  async isChecked(name: string, version: number): Promise<boolean> {
    return (await this.evaluations.latest(name, version, 'technical')) !== null;
  }

  /** Of the market that it was made for, else the wall clock's. */
  async #eventTime({ feed, instrument }: NewModel): Promise<number> {
    if (feed === undefined || instrument === undefined) return this.clock.now();
    return this.marketClock.now(feed, instrument);
  }

  /** Versions of one name come from one place, so that what is shipped later finds its numbers free. */
  async #requireOwnName({ name, status }: NewModel): Promise<void> {
    const owners = await this.versions.listStatuses(name);
    if (status === 'uploaded' && OF_A_FEED.test(name)) owners.push('candidate');
    if (owners.every((owner) => owner === status)) return;
    throw new AppError(
      'caller',
      'model.conflict',
      `the name ${name} belongs to ${owners.join(' and ')} models; give yours a name of its own`,
      { name },
    );
  }

  #add(
    { name, status, onnx }: NewModel,
    onnxSha256: string,
    manifest: ModelManifest,
  ): Promise<{ version: number; isNew: boolean }> {
    return this.versions.registerNext({
      name,
      family: manifest.family,
      status,
      onnx: Buffer.from(onnx),
      onnxSha256,
      manifest,
      createdAt: new Date(this.clock.now()),
    });
  }

  async #record(
    { name, feed, instrument, actor }: NewModel,
    { sha256, version, report, decidedAt }: Finding,
  ): Promise<string> {
    const { verdict, checks, evidence } = report;
    return this.evaluations.record({
      feed: feed ?? null,
      instrument: instrument ?? null,
      modelName: name,
      modelVersion: version,
      onnxSha256: sha256,
      kind: 'technical',
      verdict,
      checks,
      evidence: { ...evidence, ...(actor !== undefined && { actor }) },
      decidedAt,
    });
  }
}

interface Finding {
  readonly sha256: string;
  readonly version: number | null;
  readonly report: TechnicalReport;
  /** Event time, ms. */
  readonly decidedAt: number;
}

function refused(name: string, { checks }: TechnicalReport, evaluation: string): AppError {
  const failed = checks.filter(({ passed }) => !passed);
  return new AppError(
    'caller',
    'model.refused',
    `${name} was not accepted (evaluation ${evaluation}): ` +
      failed.map((check) => `${check.name}: ${check.detail}`).join('; '),
    { name, evaluation, failed: failed.map((check) => check.name).join(',') },
  );
}
