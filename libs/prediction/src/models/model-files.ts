import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform';
import { ModelManifest } from '@btcforecast/training';
import { z } from 'zod';

/** A model as it lies on disk or in the database: what it is, and its graph. */
export interface ModelFiles {
  readonly manifest: ModelManifest;
  readonly onnx: Uint8Array;
}

/** Name and version, written `har@1`. */
export interface ModelReference {
  readonly name: string;
  readonly version: number;
}

const REFERENCE = /^([a-z][a-z0-9_-]{0,39})@([1-9]\d{0,8})$/;

/** @throws AppError caller config.invalid unless the text is `<name>@<version>` */
export function parseModelReference(text: string): ModelReference {
  const match = REFERENCE.exec(text);
  if (match) return { name: match[1]!, version: Number(match[2]) };
  throw new AppError('caller', 'config.invalid', `"${text}" names no model; write <name>@<version>, e.g. har@1`);
}

/**
 * Reads `<folder>/<name>/<version>/{manifest.json,model.onnx}`.
 *
 * @throws AppError caller config.invalid when a file is missing or damaged; see checkModelFiles
 */
export async function readModelFiles(folder: string, { name, version }: ModelReference): Promise<ModelFiles> {
  const place = join(folder, name, String(version));
  const [text, onnx] = await Promise.all([
    readOrExplain(join(place, 'manifest.json')),
    readOrExplain(join(place, 'model.onnx')),
  ]);
  const manifest = parseManifest(text.toString('utf8'), `${name}@${version}`);
  if (manifest.name !== name || manifest.version !== version) {
    throw invalid(`${name}@${version}: its manifest is that of ${manifest.name}@${manifest.version}`);
  }
  checkDigest({ manifest, onnx });
  return { manifest, onnx };
}

/** @throws AppError caller config.invalid unless the graph has the digest that the manifest states */
export function checkDigest({ manifest, onnx }: ModelFiles): void {
  const digest = createHash('sha256').update(onnx).digest('hex');
  if (digest === manifest.onnx.sha256) return;
  throw invalid(
    `${manifest.name}@${manifest.version}: model.onnx has the SHA-256 ${digest}, the manifest says ` +
      `${manifest.onnx.sha256}; the file is damaged or was changed: restore both from one source`,
  );
}

async function readOrExplain(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new AppError(
      'caller',
      'config.invalid',
      `the model file ${path} cannot be read; check MODELS_DIR and CHAMPION`,
      { path },
      { cause: error },
    );
  }
}

function parseManifest(text: string, model: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(`${model}: manifest.json is no JSON: ${(error as Error).message}`);
  }
  const parsed = ModelManifest.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(`${model}: manifest.json breaks its schema: ${z.prettifyError(parsed.error)}`);
}

function invalid(message: string): AppError {
  return new AppError('caller', 'config.invalid', message);
}
