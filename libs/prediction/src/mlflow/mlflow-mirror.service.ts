import { ModelVersionEntity } from '@btcforecast/database';
import { AppError, Clock } from '@btcforecast/platform';
import { ModelManifest } from '@btcforecast/training';
import { AliasRepository } from '../registry/alias.repository.js';
import { isSameModel, type AliasMove } from '../registry/alias-move.js';
import { ModelEvaluationRepository } from '../registry/model-evaluation.repository.js';
import { registryCard } from '../registry/registry-card.js';
import type { ModelVersionRepository } from '../models/model-version.repository.js';
import { MlflowClient, MlflowRefusal, type MlflowServer } from './mlflow-client.js';
import { aliasName, isOurAlias, metricsOf, paramsOf, verdictTags } from './mlflow-names.js';
import { MlflowRegistry } from './mlflow-registry.js';

export interface MirrorResult {
  readonly state: 'mirrored' | 'not_configured';
  /** Number of the version on the server, where numbers are its own. */
  readonly version?: string;
  readonly aliases?: readonly string[];
}

/** What is copied. */
export interface MirrorSources {
  readonly versions: ModelVersionRepository;
  readonly evaluations: ModelEvaluationRepository;
  readonly aliases: AliasRepository;
  readonly clock: Clock;
}

interface Copied {
  readonly row: ModelVersionEntity;
  readonly manifest: ModelManifest;
  readonly evaluations: Awaited<ReturnType<ModelEvaluationRepository['listFor']>>;
  readonly moves: readonly AliasMove[];
}

/** The tag by which runs and versions of ours are found again. */
const MARK = 'btcforecast.reference';
const PROXIED = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*/;

/**
 * Copies versions with their evidence and aliases to an MLflow server, for those who keep their models there. The record
 * here stays the truth: nothing is ever read back, and copying again only adds what is missing.
 */
export class MlflowMirror {
  readonly #registry: MlflowRegistry | null;
  readonly #client: MlflowClient | null;

  constructor(
    private readonly sources: MirrorSources,
    server: MlflowServer | null,
  ) {
    this.#client = server && new MlflowClient(server);
    this.#registry = this.#client && new MlflowRegistry(this.#client);
  }

  /**
   * @throws AppError caller model.not_found, mlflow.unavailable (refused, or not let in); transient mlflow.unavailable
   *   when the server is away
   */
  async mirror(name: string, version: number): Promise<MirrorResult> {
    if (!this.#registry) return { state: 'not_configured' };
    const copied = await this.#read(name, version);
    try {
      return await this.#copy(this.#registry, copied);
    } catch (error) {
      if (!(error instanceof MlflowRefusal)) throw error;
      throw new AppError('caller', 'mlflow.unavailable', error.message, { name, version }, { cause: error });
    }
  }

  async #read(name: string, version: number): Promise<Copied> {
    const { versions, evaluations, aliases } = this.sources;
    const row = await versions.findRow(name, version);
    if (!row) {
      throw new AppError('caller', 'model.not_found', `there is no model ${name}@${version} to be mirrored`);
    }
    return {
      row,
      manifest: ModelManifest.parse(row.manifest),
      evaluations: await evaluations.listFor(name, version),
      moves: await aliases.movesOf(name, version),
    };
  }

  async #copy(registry: MlflowRegistry, copied: Copied): Promise<MirrorResult> {
    const { row, manifest, evaluations } = copied;
    const { name } = row;
    const reference = `${name}@${row.version}`;
    const tags = {
      [MARK]: reference,
      'btcforecast.status': row.status,
      'btcforecast.sha256': row.onnxSha256,
    };
    const experiment = await registry.ensureExperiment(`btcforecast/${name}`);
    const run = await registry.ensureRun(experiment, MARK, tags, row.createdAt.getTime());
    await registry.log(run.runId, paramsOf(manifest), metricsOf(evaluations));
    await this.#upload(run.artifactUri, copied);
    await registry.finishRun(run.runId, this.sources.clock.now());
    await registry.ensureModel(
      name,
      `Models named ${name} of btcforecast; each version's tag ${MARK} says which`,
    );
    const description = `${reference}, ${manifest.family}, seen candles up to ${manifest.trainingSpan.to}`;
    const number =
      (await registry.findVersion(name, MARK, reference)) ??
      (await registry.createVersion({
        name,
        source: `${run.artifactUri.replace(/\/+$/, '')}/model`,
        runId: run.runId,
        tags,
        description,
      }));
    await registry.tagVersion(name, number, verdictTags(evaluations));
    return { state: 'mirrored', version: number, aliases: await this.#alias(registry, copied, number) };
  }

  /** Only where the server itself takes files; else its version has the digest, and the bytes stay here. */
  async #upload(artifactUri: string, { row, manifest, evaluations, moves }: Copied): Promise<void> {
    if (!PROXIED.test(artifactUri)) return;
    const folder = `${artifactUri.replace(PROXIED, '').replace(/\/+$/, '')}/model`;
    const { status, createdAt } = row;
    const text = (value: string) => Uint8Array.from(Buffer.from(value));
    const card = registryCard({ manifest, status, createdAt, evaluations, moves });
    await this.#client?.upload(`${folder}/model.onnx`, Uint8Array.from(row.onnx));
    await this.#client?.upload(`${folder}/manifest.json`, text(JSON.stringify(manifest, null, 2)));
    await this.#client?.upload(`${folder}/card.md`, text(card));
  }

  /** Sets the aliases that the version holds by the newest moves, and takes away ours that it no longer holds. */
  async #alias(registry: MlflowRegistry, { row, moves }: Copied, number: string): Promise<string[]> {
    const held = new Set<string>();
    const places = new Map(moves.map((move) => [aliasName(move), move]));
    for (const [alias, { feed, instrument, alias: kind }] of places) {
      const newest = await this.sources.aliases.newest(feed, instrument, kind);
      if (newest && isSameModel(newest.to, row)) held.add(alias);
    }
    const there = await registry.aliasesOf(row.name, number);
    for (const alias of there) {
      if (isOurAlias(alias) && !held.has(alias)) await registry.deleteAlias(row.name, alias);
    }
    for (const alias of held) if (!there.includes(alias)) await registry.setAlias(row.name, alias, number);
    return [...held].sort();
  }
}
