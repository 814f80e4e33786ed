import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { AppError } from '@btcforecast/platform/errors';

/** The lines of a file, plain or gzipped by its name. @throws AppError caller import.bad_file when it cannot be read */
export async function* fileLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const failed = new Promise<never>((_resolve, reject) => {
    file.on('error', reject);
    input.on('error', reject);
  });
  failed.catch(() => undefined); // told by the race below
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), failed]);
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new AppError('caller', 'import.bad_file', `${path} cannot be read: ${(error as Error).message}`);
  } finally {
    file.destroy();
  }
}
