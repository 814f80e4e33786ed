import { z } from 'zod';
import { Cursor, nextPage } from './paging.js';
import { EpochMs, Instant, InstantInput, InstrumentId, Interval, Source } from './primitives.js';

const price = (what: string) => z.number().positive().describe(`${what}, in the quote currency`);

/** A final candle between services. It covers the half-open interval [openTime, openTime + interval). */
export const Candle = z.object({
  openTime: EpochMs,
  open: price('First trade'),
  high: price('Highest trade'),
  low: price('Lowest trade'),
  close: price('Last trade'),
  volume: z.number().nonnegative().describe('Traded amount, in the base currency'),
});
export type Candle = z.infer<typeof Candle>;

export const CandlesQuery = z.object({
  interval: Interval.default('1h').describe('Length of the candles'),
  from: InstantInput.optional().describe('First open time, inclusive; default: as far back as limit reaches'),
  to: InstantInput.optional().describe('Last open time, exclusive; default: now'),
  limit: z.coerce.number().int().min(1).max(1000).default(500).describe('Candles per page'),
  cursor: Cursor.optional(),
});
export type CandlesQuery = z.infer<typeof CandlesQuery>;

export const CandleReply = z
  .object({
    openTime: Instant.describe('Start of the candle, inclusive, UTC'),
    closeTime: Instant.describe('End of the candle, exclusive, UTC'),
    open: price('First trade'),
    high: price('Highest trade'),
    low: price('Lowest trade'),
    close: price('Last trade'),
    volume: z.number().nonnegative().describe('Traded amount, in the base currency'),
  })
  .meta({ id: 'Candle' });

export const GapReply = z
  .object({
    from: Instant.describe('Open time of the first missing candle, UTC'),
    to: Instant.describe('End of the last missing candle, exclusive, UTC'),
    state: z
      .enum(['open', 'repaired', 'unrepairable'])
      .describe('unrepairable: the venue has no such candles'),
  })
  .meta({ id: 'Gap' });

export const CandlesReply = z
  .object({
    instrument: InstrumentId,
    interval: Interval,
    venue: z.string().describe('Exchange, or the name of the replay or demo market'),
    source: Source,
    data: z.array(CandleReply).describe('Final candles, oldest first'),
    gaps: z.array(GapReply).describe('Missing ranges inside the page'),
    ...nextPage,
  })
  .meta({ id: 'CandlesReply' });
export type CandlesReply = z.infer<typeof CandlesReply>;

export const InstrumentReply = z
  .object({
    id: InstrumentId,
    base: z.string().describe('Base currency'),
    quote: z.string().describe('Quote currency'),
    source: Source,
    venue: z.string().describe('Where its candles come from now'),
    intervals: z.array(Interval).describe('Intervals that are served'),
    lastCandleAt: Instant.nullable().describe('Close time of the newest final hourly candle, UTC'),
    marketTime: Instant.nullable().describe(
      'Event time of the market, UTC; runs faster than the clock in a replay',
    ),
    openGaps: z.number().int().nonnegative().describe('Missing ranges not yet repaired, count'),
  })
  .meta({ id: 'Instrument' });

export const InstrumentsReply = z
  .object({ data: z.array(InstrumentReply).describe('All instruments'), source: Source })
  .meta({ id: 'InstrumentsReply' });
export type InstrumentsReply = z.infer<typeof InstrumentsReply>;
