import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';

/** Where the results of each model go. */
export interface OutputFiles {
  readonly csv: (model: string) => Write<Iterable<string>> | undefined;
  readonly report: (model: string) => Write<string> | undefined;
}
type Write<T> = (content: T) => Promise<void>;

/**
 * The files that a run is to write, checked before it begins: it would be a pity to find out after minutes. With
 * several models each has a file of its own: out.csv becomes out.har@1.csv.
 *
 * @throws AppError caller config.invalid when a folder is not there or may not be written
 */
export async function outputFiles(
  { out, report }: { readonly out?: string; readonly report?: string },
  several: boolean,
): Promise<OutputFiles> {
  for (const path of [out, report]) if (path !== undefined) await requireWritable(path);
  const placeFor = (path: string, model: string): string => (several ? withName(path, model) : path);
  return {
    csv: (model) =>
      out === undefined ? undefined : (lines) => writeWhole(placeFor(out, model), linesText(lines)),
    report: (model) =>
      report === undefined ? undefined : (text) => writeWhole(placeFor(report, model), text),
  };
}

function withName(path: string, model: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${model}${extension}`;
}

function linesText(lines: Iterable<string>): string {
  return `${[...lines].join('\n')}\n`;
}

async function requireWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw cannotWrite(path, new Error('it is a folder'));
}

/** A reader never meets half a file. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, cause: unknown): AppError {
  const message = `${path} cannot be written: ${(cause as Error).message}`;
  return new AppError('caller', 'config.invalid', message, { path }, { cause });
}
