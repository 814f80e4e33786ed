import { z } from 'zod';

/** Instrument id, base and quote joined by a hyphen, e.g. `BTC-USD`. */
export const InstrumentId = z
  .string()
  .regex(/^[A-Z0-9]{2,10}-[A-Z]{3,5}$/, 'must look like BTC-USD')
  .meta({ id: 'InstrumentId', description: 'Instrument, base and quote joined by a hyphen' });
export type InstrumentId = z.infer<typeof InstrumentId>;

export const DEFAULT_INSTRUMENT: InstrumentId = 'BTC-USD';

/** Instruments in a configuration: separated by commas, each once, at least one. */
export const InstrumentList = z
  .string()
  .default(DEFAULT_INSTRUMENT)
  .transform((text) => text.split(',').map((id) => id.trim()))
  .pipe(
    z
      .array(InstrumentId)
      .min(1)
      .refine((ids) => new Set(ids).size === ids.length, 'must name each instrument once'),
  );

/** Where the candles come from. Whatever is not `live` is named so everywhere. */
export const Source = z.enum(['live', 'replay', 'demo']).meta({
  id: 'Source',
  description: 'live: real exchanges; replay: a file of past candles; demo: a synthetic market',
});
export type Source = z.infer<typeof Source>;

export const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export const Interval = z.enum(INTERVALS).meta({ id: 'Interval', description: 'Length of a candle' });
export type Interval = z.infer<typeof Interval>;

export const INTERVAL_MS: Readonly<Record<Interval, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

export const HORIZONS = ['1h', '4h', '24h', '168h'] as const;
export const Horizon = z.enum(HORIZONS).meta({ id: 'Horizon', description: 'Time from origin to target' });
export type Horizon = z.infer<typeof Horizon>;

export const HORIZON_HOURS: Readonly<Record<Horizon, number>> = { '1h': 1, '4h': 4, '24h': 24, '168h': 168 };

/** Maps hours back to the horizon's name; throws RangeError for a horizon that no model serves. */
export function horizonOfHours(hours: number): Horizon {
  const found = HORIZONS.find((horizon) => HORIZON_HOURS[horizon] === hours);
  if (!found) throw new RangeError(`no horizon of ${hours} hours; known are ${HORIZONS.join(', ')}`);
  return found;
}

/** Levels of every stored forecast, ascending. The string forms are the keys of `quantiles` on the wire. */
export const QUANTILE_LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;
export const QUANTILE_KEYS = ['0.05', '0.1', '0.25', '0.5', '0.75', '0.9', '0.95'] as const;

/** An instant on the wire: ISO 8601 in UTC with milliseconds, e.g. `2025-01-01T00:00:00.000Z`. */
export const Instant = z.iso.datetime().meta({ id: 'Instant', description: 'ISO 8601 instant, UTC' });

/**
 * An instant as people type it: an ISO date (`2025-01-01`, midnight UTC) or an ISO date-time with a zone.
 * Parsed to milliseconds since the epoch.
 */
export const InstantInput = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'must be an ISO 8601 date or date-time with a zone',
  )
  .transform((text) => Date.parse(text));

/** Milliseconds since the Unix epoch, UTC. Used between services and in jobs; the edge writes instants. */
export const EpochMs = z
  .number()
  .int()
  .nonnegative()
  .meta({ description: 'Milliseconds since the Unix epoch, UTC' });
