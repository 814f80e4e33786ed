import { z } from 'zod';
import { Alias } from './models.js';
import { EpochMs, Horizon, InstrumentId, Interval } from './primitives.js';

/**
 * Events are hints that only make things sooner. Whoever subscribes also reads the database on every
 * (re)connect and every few seconds, so a lost event loses nothing.
 */
const feedRef = { feed: z.string(), instrument: InstrumentId };

export const EVENTS = {
  'candle.closed': z.object({ ...feedRef, venue: z.string(), interval: Interval, openTime: EpochMs }),
  'forecast.issued': z.object({
    ...feedRef,
    origin: EpochMs,
    horizons: z.array(Horizon),
    modelVersion: z.string(),
  }),
  'forecast.matured': z.object({ ...feedRef, target: EpochMs, ids: z.array(z.string()).max(50) }),
  'model.registered': z.object({ name: z.string(), version: z.number().int() }),
  /** What inference may ask changed; which versions are loaded is read from the table. */
  'model.loads_changed': z.object({ name: z.string(), version: z.number().int(), loaded: z.boolean() }),
  /** An alias moved; who holds it is read from the table. */
  'model.promoted': z.object({
    ...feedRef,
    alias: Alias,
    model: z.string().nullable(),
    effectiveOrigin: EpochMs,
  }),
  'drift.raised': z.object({ ...feedRef, model: z.string(), test: z.string(), subject: z.string() }),
  'backtest.changed': z.object({ id: z.uuid() }),
  'gap.opened': z.object({ ...feedRef, venue: z.string(), gapId: z.string() }),
  'gap.closed': z.object({ ...feedRef, venue: z.string(), gapId: z.string() }),
  /** Deliveries were queued: a test, a replay. */
  'webhooks.queued': z.object({ endpointId: z.uuid() }),
} as const;
export type EventName = keyof typeof EVENTS;
export type EventOf<N extends EventName> = z.infer<(typeof EVENTS)[N]>;
