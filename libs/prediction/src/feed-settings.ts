import type { Source } from '@btcforecast/contracts';

/** Which stream of market data this process serves; given by its configuration. */
export class FeedSettings {
  constructor(
    readonly feed: string,
    readonly source: Source,
    readonly region: string,
  ) {}
}
