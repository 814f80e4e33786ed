import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { AppError } from '@btcforecast/platform';
import { parseModelReference, readModelFiles, type ModelFiles } from './model-files.js';
import type { ModelVersionRepository } from './model-version.repository.js';
import { OnnxModel } from './onnx-model.js';

export interface ModelStoreOptions {
  /** Folder of the shipped models, `<name>/<version>`. */
  readonly folder: string;
  /** `<name>@<version>` of the model that answers. */
  readonly champion: string;
  /** Wall time, ms: when a version that is new to the database counts as registered. */
  readonly registeredAt: number;
}

/** On what a forecast was computed: the same numbers come back bit for bit where these are the same. */
export interface Runtime {
  readonly onnxruntime: string;
  readonly cpu: string;
  readonly arch: string;
  readonly node: string;
}

/** The model that answers, loaded, proved and registered before this exists. */
export class ModelStore {
  readonly runtime: Runtime = currentRuntime();

  private constructor(readonly champion: OnnxModel) {}

  /**
   * Loads the champion from its files and registers it, once, with its bytes, so that it reaches every region.
   *
   * @throws AppError caller config.invalid when the files are missing, damaged or not what the manifest says, or
   *   when the database knows this version with other bytes
   */
  static async open(options: ModelStoreOptions, versions: ModelVersionRepository): Promise<ModelStore> {
    const files = await readModelFiles(options.folder, parseModelReference(options.champion));
    const champion = await OnnxModel.load(files);
    try {
      await registerShipped(files, versions, options.registeredAt);
    } catch (error) {
      await champion.release();
      throw error;
    }
    return new ModelStore(champion);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.champion.release();
  }
}

async function registerShipped(
  { manifest, onnx }: ModelFiles,
  versions: ModelVersionRepository,
  registeredAt: number,
): Promise<void> {
  const { name, version, family } = manifest;
  const onnxSha256 = manifest.onnx.sha256;
  const added = await versions.insert({
    name,
    version,
    family,
    status: 'shipped',
    onnx: Buffer.from(onnx),
    onnxSha256,
    manifest,
    createdAt: new Date(registeredAt),
  });
  const known = added ? onnxSha256 : await versions.findDigest(name, version);
  if (known === onnxSha256) return;
  throw new AppError(
    'caller',
    'config.invalid',
    known === null
      ? `the bytes of ${name}@${version} are registered under another version; give a new model new bytes`
      : `the database knows ${name}@${version} with other bytes (SHA-256 ${known}, the file has ${onnxSha256}); ` +
          'a version never changes: restore the file, or ship the new model as the next version',
    { name, version },
  );
}

function currentRuntime(): Runtime {
  const packageJson = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return {
    onnxruntime: packageJson.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    arch: process.arch,
    node: process.version,
  };
}
