import { z } from 'zod';
import { Standing } from './calibration.js';
import { Cursor, nextPage } from './paging.js';
import {
  HORIZONS,
  Horizon,
  Instant,
  InstantInput,
  InstrumentId,
  QUANTILE_KEYS,
  Source,
} from './primitives.js';

const isNonDecreasing = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] ?? value));

const quantile = z.number().positive();
/** Level to price. Written out so that the keys appear in the OpenAPI document and in this order on the wire. */
export const Quantiles = z
  .object({
    '0.05': quantile.describe('5 % quantile, price in the quote currency'),
    '0.1': quantile.describe('10 % quantile, price in the quote currency'),
    '0.25': quantile.describe('25 % quantile, price in the quote currency'),
    '0.5': quantile.describe('Median, price in the quote currency'),
    '0.75': quantile.describe('75 % quantile, price in the quote currency'),
    '0.9': quantile.describe('90 % quantile, price in the quote currency'),
    '0.95': quantile.describe('95 % quantile, price in the quote currency'),
  })
  .refine((q) => isNonDecreasing(QUANTILE_KEYS.map((key) => q[key])), 'quantiles must not cross')
  .meta({ id: 'Quantiles' });
export type Quantiles = z.infer<typeof Quantiles>;

/**
 * on_time counts; late: issued after the next candle closed; backfilled: issued after its own target. What a region kept
 * to itself while it was cut off is judged by when it came out.
 */
export const Timeliness = z.enum(['on_time', 'late', 'backfilled']).meta({
  id: 'Timeliness',
  description:
    'late: issued after the next candle had closed; backfilled: after its target. Neither counts as skill. What a region ' +
    'kept to itself while it was cut off is judged by when it reached the others',
});
export type Timeliness = z.infer<typeof Timeliness>;

export const OutcomeReply = z
  .object({
    state: z.enum(['matured', 'void']).describe('void: the target candle was still missing after 7 days'),
    close: z
      .number()
      .positive()
      .nullable()
      .describe('First final close at the target, price in the quote currency'),
    logReturn: z.number().nullable().describe('ln(close / price), dimensionless'),
    pinball: z
      .number()
      .nullable()
      .describe('Mean pinball loss of the log return over the levels, times 10,000'),
    crps: z.number().nullable().describe('CRPS of the log return from the quantiles, times 10,000'),
    covered: z
      .object({
        '50': z.boolean().describe('Inside the 50 % interval'),
        '80': z.boolean().describe('Inside the 80 % interval'),
        '90': z.boolean().describe('Inside the 90 % interval'),
      })
      .nullable()
      .describe('Whether the outcome fell inside each central interval'),
    directionHit: z
      .boolean()
      .nullable()
      .describe('Whether probabilityUp leant to the side that came; null on a tie'),
  })
  .meta({ id: 'Outcome' });

export const ForecastReply = z
  .object({
    id: z.string().length(64).describe('SHA-256 of what the forecast was made from, hexadecimal'),
    instrument: InstrumentId,
    horizon: Horizon,
    origin: Instant.describe('Close time of the last candle the forecast could see, UTC'),
    target: Instant.describe('Close time the forecast is about, UTC'),
    price: z.number().positive().describe('Close at the origin, price in the quote currency'),
    quantiles: Quantiles,
    probabilityUp: z
      .number()
      .min(0)
      .max(1)
      .describe('Probability that the close at the target is above price, 0 to 1'),
    volatility: z
      .number()
      .positive()
      .describe('Forecast scale of the log return over the horizon, dimensionless'),
    model: z
      .object({
        name: z.string().describe('Name of the model'),
        version: z.number().int().positive().describe('Version of the model, an increasing integer'),
      })
      .describe('The model that answered'),
    venue: z.string().describe('Exchange, or the name of the replay or demo market'),
    source: Source,
    issuedAt: Instant.describe('Event time of issue, UTC'),
    timeliness: Timeliness,
    inSample: z
      .boolean()
      .describe('The origin lies inside the training span of the model: never counted as skill'),
    canonical: z.boolean().describe('The one row that counts for this instrument, origin and horizon'),
  })
  .meta({ id: 'Forecast' });
export type ForecastReply = z.infer<typeof ForecastReply>;

/** Levels beyond these say nothing that hourly history can carry. */
const LEVEL_LIMITS = [0.001, 0.999] as const;

export const LevelQuantile = z
  .object({
    level: z.number().gt(0).lt(1).describe('Probability of a price at or below it, 0 to 1'),
    price: z.number().positive().describe('Quantile, price in the quote currency'),
    from: z
      .enum(['head', 'interpolated', 'extrapolated'])
      .describe(
        'head: forecast at this level; interpolated: between two of those; extrapolated: beyond the outermost ones, ' +
          'where the tail is an assumption',
      ),
  })
  .meta({ id: 'LevelQuantile' });
export type LevelQuantile = z.infer<typeof LevelQuantile>;

export const LatestForecastReply = ForecastReply.extend({
  levels: z.array(LevelQuantile).optional().describe('The levels asked for, ascending; absent unless asked'),
  standing: Standing,
}).meta({ id: 'LatestForecast' });
export type LatestForecastReply = z.infer<typeof LatestForecastReply>;

export const ForecastsReply = z
  .object({
    data: z.array(LatestForecastReply).describe('One forecast for each horizon asked, in the order asked'),
    source: Source,
  })
  .meta({ id: 'ForecastsReply' });
export type ForecastsReply = z.infer<typeof ForecastsReply>;

export const ScoredForecastReply = ForecastReply.extend({
  outcome: OutcomeReply.nullable().describe('null until the target candle has closed'),
}).meta({ id: 'ScoredForecast' });
export type ScoredForecastReply = z.infer<typeof ScoredForecastReply>;

export const ForecastHistoryReply = z
  .object({
    instrument: InstrumentId,
    horizon: Horizon,
    source: Source,
    data: z.array(ScoredForecastReply).describe('Canonical forecasts, newest origin first'),
    ...nextPage,
  })
  .meta({ id: 'ForecastHistoryReply' });
export type ForecastHistoryReply = z.infer<typeof ForecastHistoryReply>;

const horizonList = z
  .string()
  .max(100)
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(Horizon).min(1).max(HORIZONS.length))
  .refine((list) => new Set(list).size === list.length, 'each horizon once');

const levelList = z
  .string()
  .max(600)
  .transform((text) => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))))
  .pipe(
    z
      .array(
        z
          .number('must be numbers separated by commas')
          .min(LEVEL_LIMITS[0], `must be at least ${LEVEL_LIMITS[0]}`)
          .max(LEVEL_LIMITS[1], `must be at most ${LEVEL_LIMITS[1]}`),
      )
      .min(1)
      .max(50),
  )
  .transform((levels) => [...new Set(levels)].sort((a, b) => a - b));

export const LatestForecastQuery = z.object({
  horizon: horizonList
    .default(['24h'])
    .describe(`One horizon, or several separated by commas: ${HORIZONS.join(', ')}; default 24h`),
  levels: levelList
    .optional()
    .describe(
      `Levels of further quantiles, separated by commas, ${LEVEL_LIMITS.join(' to ')}; e.g. 0.01,0.99`,
    ),
});
export type LatestForecastQuery = z.infer<typeof LatestForecastQuery>;

export const ForecastHistoryQuery = z.object({
  horizon: Horizon.default('24h').describe('Time from origin to target'),
  from: InstantInput.optional().describe('First origin, inclusive'),
  to: InstantInput.optional().describe('Last origin, exclusive'),
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('Forecasts per page'),
  cursor: Cursor.optional(),
});
export type ForecastHistoryQuery = z.infer<typeof ForecastHistoryQuery>;

export const ForecastId = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
