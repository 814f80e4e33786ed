import { BrokenRecordError } from './broken-record.error.js';
import type { RecordRoot } from './record-root.js';

/**
 * Compares a record with roots that the reader saved from it earlier: the only thing that shows when all of a record
 * was written anew, with the right keys.
 *
 * @param known roots saved earlier, in any order
 * @param found roots of the record, verified
 * @returns how many were compared
 * @throws BrokenRecordError for the earliest hour that differs, or is there no more
 */
export function compareRoots(known: readonly RecordRoot[], found: readonly RecordRoot[]): number {
  const byHour = new Map(found.map((root) => [root.hour, root]));
  for (const root of [...known].sort((a, b) => (a.hour < b.hour ? -1 : 1))) {
    const now = byHour.get(root.hour);
    if (!now) {
      throw new BrokenRecordError(
        `the root of ${root.hour} that you saved is not in the record any more (entries ${root.firstSeq} to ${root.lastSeq})`,
      );
    }
    if (now.root !== root.root || now.firstSeq !== root.firstSeq || now.lastSeq !== root.lastSeq) {
      throw new BrokenRecordError(
        `the root of ${root.hour} is not the one that you saved: entries ${root.firstSeq} to ${root.lastSeq} were rewritten`,
      );
    }
  }
  return known.length;
}
