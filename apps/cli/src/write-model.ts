import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { modelCard, type TrainedModel } from '@btcforecast/training';

/** The number after the greatest version in `<folder>/<name>`; 1 when there is none. */
export async function nextModelVersion(folder: string, name: string): Promise<number> {
  const entries = await readdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw cannotWrite(join(folder, name), error);
  });
  return Math.max(0, ...entries.filter((entry) => /^\d+$/.test(entry)).map(Number)) + 1;
}

/**
 * Writes model.onnx, manifest.json and README.md to `<folder>/<name>/<version>`. A version appears whole or not at
 * all, and is never overwritten: forecasts refer to it.
 *
 * @returns the path of the version's folder
 * @throws AppError caller config.invalid when the folder cannot be written or the version is there already
 */
export async function writeModel(folder: string, { onnx, manifest }: TrainedModel): Promise<string> {
  const target = join(folder, manifest.name, String(manifest.version));
  const draft = join(folder, manifest.name, `.${manifest.version}-${process.pid}`);
  try {
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, 'model.onnx'), onnx);
    await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(join(draft, 'README.md'), modelCard(manifest));
    await rename(draft, target);
  } catch (error) {
    throw cannotWrite(target, error as NodeJS.ErrnoException);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOTEMPTY: 'that version is there already; versions are never overwritten',
  EEXIST: 'a file of that name is in the way',
  ENOTDIR: 'a part of that path is a file',
  EACCES: 'this user may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};

function cannotWrite(path: string, cause: NodeJS.ErrnoException): AppError {
  const why = CAUSES[cause.code ?? ''] ?? cause.message;
  return new AppError('caller', 'config.invalid', `${path} cannot be written: ${why}`, { path }, { cause });
}
