import {
  queryArrays,
  type CandleReader,
  type MarketClockReader,
  type MarketFeedReader,
} from '@btcforecast/candle-reader';
import { INTERVAL_MS, INTERVALS, type InstrumentsReply } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import type { GapLedger } from '../gaps/gap-ledger.js';
import type { IngestSettings } from '../ingest/ingest-settings.js';

/** What is traded here, and how fresh it is. */
export class InstrumentQueries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: CandleReader,
    private readonly feeds: MarketFeedReader,
    private readonly marketClock: MarketClockReader,
    private readonly ledger: GapLedger,
    private readonly settings: IngestSettings,
  ) {}

  async list(): Promise<InstrumentsReply> {
    const { instrument, source } = this.settings;
    const rows = await queryArrays<[string, string]>(
      this.dataSource,
      'SELECT base, quote FROM instruments WHERE id = $1',
      [instrument],
    );
    const data = await Promise.all(rows.map(([base, quote]) => this.#one(base, quote)));
    return { data, source };
  }

  async #one(base: string, quote: string): Promise<InstrumentsReply['data'][number]> {
    const { feed, instrument, source } = this.settings;
    const row = await this.feeds.feed(feed, instrument);
    const venue = row?.venue ?? '';
    const newest = row ? await this.reader.newestCloseTime({ instrument, venue, interval: '1h' }) : null;
    const openGaps = await this.ledger.countOpen(instrument);
    return {
      id: instrument,
      base,
      quote,
      source,
      venue,
      intervals: INTERVALS.filter(
        (interval) => row && INTERVAL_MS[interval] >= INTERVAL_MS[row.baseInterval],
      ),
      lastCandleAt: newest === null ? null : new Date(newest).toISOString(),
      marketTime: await this.#marketTime(),
      openGaps: openGaps.get(venue) ?? 0,
    };
  }

  async #marketTime(): Promise<string | null> {
    try {
      return new Date(await this.marketClock.now(this.settings.feed, this.settings.instrument)).toISOString();
    } catch (error) {
      if (isAppError(error) && error.code === 'market.clock_unknown') return null;
      throw error;
    }
  }
}
