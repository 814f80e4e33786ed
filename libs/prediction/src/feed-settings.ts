import { DEFAULT_INSTRUMENT, type Source } from '@btcforecast/contracts';

/** Which stream of market data this process serves; given by its configuration. */
export class FeedSettings {
  constructor(
    readonly feed: string,
    readonly source: Source,
    readonly region: string,
    /** Those that are served, at least one. */
    readonly instruments: readonly string[] = [DEFAULT_INSTRUMENT],
  ) {}
}
