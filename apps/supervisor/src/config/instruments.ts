import { usageError } from '../start.error.js';

/** Of a file that is given without one, and of a system about which nothing is said. */
export const DEFAULT_INSTRUMENT = 'BTC-USD';
const INSTRUMENT = /^[A-Z0-9]{2,10}-[A-Z]{3,5}$/;
/** A comma parts two files only before the next instrument: file names may hold commas. */
const BETWEEN_FILES = /,(?=[A-Z0-9]{2,10}-[A-Z]{3,5}=)/;

/** Instruments separated by commas. @throws StartError (exit code 2) for what is none, or comes twice */
export function instrumentsOf(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  const wrong = ids.find((id, i) => !INSTRUMENT.test(id) || ids.indexOf(id) !== i);
  if (wrong === undefined) return ids;
  throw usageError(`--instruments must be like BTC-USD,ETH-USD, each once, not "${text}"`);
}

/**
 * Files to replay by instrument: `A.csv`, `ETH-USD=B.csv`, or several of these separated by commas; one without an
 * instrument is of BTC-USD.
 *
 * @throws StartError (exit code 2) when two are of one instrument, or a file has no name
 */
export function replayFilesOf(text: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const part of text.split(BETWEEN_FILES)) {
    const [, named, rest] = /^([A-Z0-9]{2,10}-[A-Z]{3,5})=(.*)$/.exec(part) ?? [];
    const instrument = named ?? DEFAULT_INSTRUMENT;
    const file = rest ?? part;
    if (!file) throw usageError(`--file names no file of ${instrument}`);
    if (Object.hasOwn(files, instrument)) throw usageError(`--file names two files of ${instrument}`);
    files[instrument] = file;
  }
  return files;
}
