import type { CandleReader } from '@btcforecast/candle-reader';
import { MINUTE_MS } from '@btcforecast/timeseries';
import type { Exchanges } from '../exchange/exchanges.js';
import type { Reporting } from '../reporting.js';
import type { IngestSettings } from './ingest-settings.js';

/** How far back a minute that both venues have is looked for. */
const LOOK_BACK_MS = 10 * MINUTE_MS;

/**
 * Compares the last price with that of another venue. A large difference says that one of the two is wrong; which one
 * cannot be told from here, so nothing but a warning and a metric follows.
 */
export async function checkAcrossVenues(
  parts: {
    readonly exchanges: Exchanges;
    readonly reader: CandleReader;
    readonly settings: IngestSettings;
    readonly reporting: Reporting;
  },
  venue: string,
  signal: AbortSignal,
): Promise<void> {
  const { exchanges, reader, settings, reporting } = parts;
  const otherVenue = exchanges.venues.find((name) => name !== venue);
  if (!otherVenue) return;
  const other = await exchanges.get(otherVenue);
  const { instrument } = settings;
  const { nowMs } = await other.time();
  const range = { instrument, interval: '1m', from: nowMs - LOOK_BACK_MS, to: nowMs } as const;
  for await (const candles of other.fetchCandles(range, signal)) {
    const theirs = new Map(candles.map(({ openTime, close }) => [openTime + MINUTE_MS, close]));
    const ours = await reader.closesAt({ instrument, venue, interval: '1m' }, [...theirs.keys()]);
    const common = Math.max(...ours.keys());
    const [mine, their] = [ours.get(common), theirs.get(common)];
    if (mine === undefined || their === undefined) return;
    const ratio = Math.abs(mine / their - 1);
    reporting.metrics.deviation.set({ venue, other: otherVenue, instrument: settings.instrument }, ratio);
    if (ratio > settings.options.crossCheckRatio) {
      const fields = { venue, price: mine, other: otherVenue, otherPrice: their, ratio };
      reporting.logger.warn(fields, 'two venues disagree about the price');
    }
  }
}
