import { z } from 'zod';
import { Candle, CandlesReply, InstrumentsReply } from '../candles.js';
import { EpochMs, InstrumentId, Interval, Source } from '../primitives.js';
import type { RpcMessage } from './message.js';

/** Calls that market-data answers. */
export const marketDataRpc = {
  listInstruments: {
    service: 'market-data',
    name: 'market_data.list_instruments',
    request: z.object({}),
    reply: InstrumentsReply,
    idempotent: true,
  },
  listCandles: {
    service: 'market-data',
    name: 'market_data.list_candles',
    request: z.object({
      instrument: InstrumentId,
      interval: Interval,
      from: EpochMs.optional(),
      to: EpochMs.optional(),
      limit: z.number().int().min(1).max(1000),
      cursor: z.string().optional(),
    }),
    reply: CandlesReply,
    idempotent: true,
  },
  localView: {
    service: 'market-data',
    name: 'market_data.local_view',
    request: z.object({
      instrument: InstrumentId,
      from: EpochMs.optional().describe('Open time of the first hour that is wanted; absent: none is'),
    }),
    reply: z.object({
      market: z.object({
        feed: z.string(),
        instrument: InstrumentId,
        source: Source,
        venue: z.string(),
        baseInterval: Interval,
        eventAt: z.number().describe('Event time at `observedAt`, ms'),
        observedAt: z.number().describe('Wall time, ms'),
        speed: z.number().nonnegative(),
      }),
      candles: z.array(Candle).max(1000).describe('Final hours, oldest first, stored or not'),
    }),
    idempotent: true,
  },
  repairGap: {
    service: 'market-data',
    name: 'market_data.repair_gap',
    request: z.object({ gapId: z.string() }),
    reply: z.object({ state: z.enum(['open', 'repaired', 'unrepairable']), candles: z.number().int() }),
    idempotent: true,
  },
  backfill: {
    service: 'market-data',
    name: 'market_data.backfill',
    request: z.object({ instrument: InstrumentId, interval: Interval, from: EpochMs, to: EpochMs }),
    reply: z.object({ fetched: z.number().int(), stored: z.number().int(), corrections: z.number().int() }),
    idempotent: true,
  },
} as const satisfies Record<string, RpcMessage>;
