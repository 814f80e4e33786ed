import type { Source } from '@btcforecast/contracts';
import { DEFAULT_INGEST_OPTIONS, type IngestOptions } from './ingest-options.js';

/** What is ingested, and at what pace. */
export class IngestSettings {
  readonly feed: string;
  readonly source: Source;
  readonly instrument: string;
  readonly options: IngestOptions;

  constructor(
    what: { readonly feed: string; readonly source: Source; readonly instrument: string },
    options: Partial<IngestOptions> = {},
  ) {
    this.feed = what.feed;
    this.source = what.source;
    this.instrument = what.instrument;
    this.options = { ...DEFAULT_INGEST_OPTIONS, ...options };
  }
}
