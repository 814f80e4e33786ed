import { RecordVerifier, type RecordSummary } from '@btcforecast/track-record';
import type { RecordPage } from './record-pages.js';

/**
 * Checks a record while it comes in.
 *
 * @param onPage told of each page once it has been found sound
 * @throws BrokenRecordError at the first entry or root that does not fit; as the pages
 */
export async function verifyPages(
  pages: AsyncIterable<RecordPage>,
  onPage: (page: RecordPage) => Promise<void> | void,
): Promise<RecordSummary> {
  const verifier = new RecordVerifier();
  for await (const page of pages) {
    const roots = [...page.roots];
    for (const entry of page.entries) {
      verifier.addEntry(entry);
      while (roots[0] && roots[0].lastSeq <= entry.seq) verifier.addRoot(roots.shift()!);
    }
    for (const root of roots) verifier.addRoot(root);
    await onPage(page);
  }
  return verifier.summary();
}
