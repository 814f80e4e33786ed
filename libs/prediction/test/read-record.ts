import {
  RecordVerifier,
  type RecordEntry,
  type RecordRoot,
  type RecordSummary,
} from '@btcforecast/track-record';
import type { TrackRecordQueries } from '../src/track-record/track-record-queries.service.js';

export interface DownloadedRecord {
  readonly entries: RecordEntry[];
  readonly roots: RecordRoot[];
}

/** Downloads the whole record page by page, as a client does. */
export async function downloadRecord(queries: TrackRecordQueries, limit = 1_000): Promise<DownloadedRecord> {
  const record: DownloadedRecord = { entries: [], roots: [] };
  for (let after: number | null = 0; after !== null;) {
    const page = await queries.page(after, limit);
    record.entries.push(...page.entries);
    record.roots.push(...page.roots);
    after = page.next;
  }
  return record;
}

/** @throws BrokenRecordError as the verifier */
export function verifyRecord({ entries, roots }: DownloadedRecord): RecordSummary {
  const verifier = new RecordVerifier();
  const rest = [...roots];
  for (const entry of entries) {
    verifier.addEntry(entry);
    while (rest[0] && rest[0].lastSeq <= entry.seq) verifier.addRoot(rest.shift()!);
  }
  for (const root of rest) verifier.addRoot(root);
  return verifier.summary();
}
