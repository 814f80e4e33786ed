import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform';
import type { ModelEvaluationRepository } from '../registry/model-evaluation.repository.js';
import { parseModelReference, readModelFiles, type ModelFiles, type ModelReference } from './model-files.js';
import type { ModelVersionRepository } from './model-version.repository.js';
import { OnnxModel } from './onnx-model.js';

export interface ShippedModelsOptions {
  /** `<name>/<version>/{manifest.json,model.onnx}`. */
  readonly folder: string;
  /** Without these nothing works: what is wrong with them is thrown. */
  readonly required: readonly ModelReference[];
  /** Wall time, ms: when a version that is new to the database counts as registered. */
  readonly registeredAt: number;
}

export interface ShippedModelProblem {
  readonly model: string;
  readonly error: Error;
}

/**
 * Registers all models of a folder, each once and with its bytes, so that they reach every region and can be promoted:
 * the technical check that this takes is their load, which proves inputs, outputs and golden answers.
 *
 * @returns what is wrong with those that are not required; they are left out
 * @throws AppError caller config.invalid when a required one is missing, damaged or not what its manifest says, or the
 *   database knows its version with other bytes
 */
export async function registerShipped(
  options: ShippedModelsOptions,
  versions: ModelVersionRepository,
  evaluations: ModelEvaluationRepository,
): Promise<ShippedModelProblem[]> {
  const problems: ShippedModelProblem[] = [];
  const required = new Set(options.required.map(textOf));
  for (const model of new Set([...required, ...(await listFolder(options.folder))])) {
    try {
      const files = await readModelFiles(options.folder, parseModelReference(model));
      const state = await stateOf(files, versions, evaluations);
      if (state === 'proved' && !required.has(model)) continue;
      await prove(files);
      if (state === 'new') await insert(files, versions, options.registeredAt);
      if (state !== 'proved') await recordProof(files, evaluations, options.registeredAt);
    } catch (error) {
      if (required.has(model)) throw error;
      problems.push({ model, error: error as Error });
    }
  }
  return problems;
}

function textOf({ name, version }: ModelReference): string {
  return `${name}@${version}`;
}

/** What the folder holds, `name@version`; nothing where it is missing: then a required model says what to check. */
async function listFolder(folder: string): Promise<string[]> {
  const namesIn = (place: string) => readdir(place).catch(() => []);
  const found: string[] = [];
  for (const name of await namesIn(folder)) {
    const versions = (await namesIn(join(folder, name))).filter((entry) => /^[1-9]\d{0,8}$/.test(entry));
    found.push(...versions.map((version) => `${name}@${version}`));
  }
  return found;
}

/** What the database knows of a version: nothing, its bytes, or also that they were proved. */
async function stateOf(
  files: ModelFiles,
  versions: ModelVersionRepository,
  evaluations: ModelEvaluationRepository,
): Promise<'new' | 'registered' | 'proved'> {
  const { name, version, onnx } = files.manifest;
  const known = await versions.findDigest(name, version);
  if (known === null) return 'new';
  if (known !== onnx.sha256) throw otherBytes(files, known);
  return (await evaluations.latest(name, version, 'technical')) === null ? 'registered' : 'proved';
}

async function prove(files: ModelFiles): Promise<void> {
  await (await OnnxModel.load(files)).release();
}

async function insert(
  files: ModelFiles,
  versions: ModelVersionRepository,
  registeredAt: number,
): Promise<void> {
  const { manifest, onnx } = files;
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
  if (known !== onnxSha256) throw otherBytes(files, known);
}

async function recordProof(
  { manifest }: ModelFiles,
  evaluations: ModelEvaluationRepository,
  decidedAt: number,
): Promise<void> {
  await evaluations.record({
    feed: null,
    instrument: null,
    modelName: manifest.name,
    modelVersion: manifest.version,
    onnxSha256: manifest.onnx.sha256,
    kind: 'technical',
    verdict: 'passed',
    checks: [
      {
        name: 'loads',
        passed: true,
        detail: `digest, ${manifest.inputs.length} inputs and ${manifest.outputs.length} outputs are as its manifest says`,
      },
      {
        name: 'golden',
        passed: true,
        detail: `${manifest.golden.length} golden rows are answered to 1e-9 relative`,
      },
    ],
    evidence: { bytes: manifest.onnx.bytes, opset: manifest.onnx.opset },
    decidedAt,
  });
}

function otherBytes({ manifest: { name, version, onnx } }: ModelFiles, known: string | null): AppError {
  return new AppError(
    'caller',
    'config.invalid',
    known === null
      ? `the bytes of ${name}@${version} are registered under another version; give a new model new bytes`
      : `the database knows ${name}@${version} with other bytes (SHA-256 ${known}, the file has ${onnx.sha256}); ` +
          'a version never changes: restore the file, or ship the new model as the next version',
    { name, version },
  );
}
