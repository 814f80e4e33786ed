import { readFile, writeFile } from 'node:fs/promises';
import { TrackRecordRoot } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';

/** Roots that were saved earlier, one JSON object a line. @throws AppError caller import.bad_file or import.bad_line */
export async function readRoots(path: string): Promise<TrackRecordRoot[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new AppError('caller', 'import.bad_file', `${path} cannot be read: ${error.message}`);
  });
  return text.split('\n').flatMap((line, i) => (line.trim() ? [rootOf(path, i + 1, line)] : []));
}

export async function writeRoots(path: string, roots: readonly TrackRecordRoot[]): Promise<void> {
  await writeFile(path, roots.map((root) => `${JSON.stringify(root)}\n`).join(''));
}

function rootOf(path: string, line: number, text: string): TrackRecordRoot {
  try {
    return TrackRecordRoot.parse(JSON.parse(text));
  } catch (error) {
    const message = `${path}, line ${line}: it is no root of a track record, as --save-roots writes them`;
    throw new AppError('caller', 'import.bad_line', message, { path, line }, { cause: error });
  }
}
