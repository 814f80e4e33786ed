import { z } from 'zod';
import { Standing } from './calibration.js';
import { Horizon, Instant, InstrumentId, Source } from './primitives.js';

const PRICE = 'must be a price above 0';
const price = z.coerce.number(PRICE).positive(PRICE).max(Number.MAX_VALUE, PRICE);

const pricePair = z
  .string()
  .max(60)
  .transform((text) => text.split(',').map(Number))
  .pipe(
    z.tuple(
      [z.number(PRICE).positive(PRICE), z.number(PRICE).positive(PRICE)],
      'must be two prices, low,high',
    ),
  )
  .refine(([low, high]) => low < high, 'the first price must be below the second');

export const ProbabilityQuery = z
  .object({
    horizon: Horizon.default('24h').describe('Time from origin to target'),
    above: price.optional().describe('Probability that the close at the target is above this price'),
    below: price.optional().describe('Probability that it is below this price'),
    between: pricePair.optional().describe('Probability that it lies between two prices: low,high'),
  })
  .refine(
    ({ above, below, between }) => [above, below, between].filter((one) => one !== undefined).length === 1,
    'give exactly one of above, below and between',
  );
export type ProbabilityQuery = z.infer<typeof ProbabilityQuery>;

export const ProbabilityReply = z
  .object({
    instrument: InstrumentId,
    horizon: Horizon,
    origin: Instant.describe('Close time of the last candle the forecast could see, UTC'),
    target: Instant.describe('Close time the event is about, UTC'),
    price: z.number().positive().describe('Close at the origin, price in the quote currency'),
    event: z
      .object({
        kind: z.enum(['above', 'below', 'between']).describe('Which of the three was asked'),
        low: z.number().positive().nullable().describe('Lower end, price in the quote currency; null: none'),
        high: z.number().positive().nullable().describe('Upper end, price in the quote currency; null: none'),
      })
      .describe('What the probability is of'),
    probability: z.number().min(0).max(1).describe('Of the event at the target, 0 to 1'),
    method: z
      .enum(['interpolated', 'extrapolated'])
      .describe(
        'extrapolated: an end lies beyond the outermost forecast quantile, where the tail is an assumption',
      ),
    forecastId: z.string().length(64).describe('The forecast it is read from'),
    model: z
      .object({
        name: z.string().describe('Name of the model'),
        version: z.number().int().positive().describe('Version of the model, an increasing integer'),
      })
      .describe('The model that answered'),
    standing: Standing,
    source: Source,
  })
  .meta({ id: 'Probability' });
export type ProbabilityReply = z.infer<typeof ProbabilityReply>;
