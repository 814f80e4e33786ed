import type { MarketFeed, MarketFeedReader } from '@btcforecast/candle-reader';
import { INTERVALS, INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { Exchanges } from '../exchange/exchanges.js';
import type { GapWatch } from '../gaps/gap-watch.service.js';
import { assertComplete, type CandleFiller, type FillOutcome } from './candle-filler.js';
import type { IngestSettings } from './ingest-settings.js';

export interface BackfillRequest {
  readonly instrument: string;
  readonly interval: Interval;
  /** Open times, [from, to), ms. */
  readonly from: number;
  readonly to: number;
}

/** Brings a stretch of the past from the venue in use, because somebody asked for it. Can run twice without harm. */
export class Backfill {
  constructor(
    private readonly filler: CandleFiller,
    private readonly exchanges: Exchanges,
    private readonly feeds: MarketFeedReader,
    private readonly gaps: GapWatch,
    private readonly settings: IngestSettings,
  ) {}

  /** @throws AppError caller instrument.unknown, candle.interval_not_served; as ExchangePort otherwise */
  async run(request: BackfillRequest, signal: AbortSignal): Promise<FillOutcome> {
    const { feed, instrument } = this.settings;
    if (request.instrument !== instrument) {
      const message = `${request.instrument} is not traded here; ask for ${instrument}`;
      throw new AppError('caller', 'instrument.unknown', message, { instrument: request.instrument });
    }
    const row = await this.feeds.feed(feed, instrument);
    if (row) assertServed(request.interval, row);
    const venue = row && this.exchanges.has(row.venue) ? row.venue : this.exchanges.venues[0]!; // there is one at least
    const outcome = await this.filler.fill(await this.exchanges.get(venue), { ...request, feed }, signal);
    await this.gaps.settle();
    assertComplete(signal, venue);
    return outcome;
  }
}

/** Asking again would not help: such a venue never has candles that are finer than its finest. */
function assertServed(interval: Interval, { venue, baseInterval }: MarketFeed): void {
  if (INTERVAL_MS[interval] >= INTERVAL_MS[baseInterval]) return;
  const served = INTERVALS.filter((known) => INTERVAL_MS[known] >= INTERVAL_MS[baseInterval]).join(', ');
  const message = `${venue} has no ${interval} candles; choose one of ${served}`;
  throw new AppError('caller', 'candle.interval_not_served', message, { interval, served });
}
