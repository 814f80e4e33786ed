import { z } from 'zod';
import { Quantiles } from './forecasts.js';

const Runtime = z.record(z.string(), z.string());

/** What came of computing a stored forecast anew from the stored candles and the stored model. */
export const ReproductionReply = z
  .object({
    id: z.string().length(64).describe('Id of the stored forecast, hexadecimal'),
    verdict: z
      .enum(['identical', 'close', 'different'])
      .describe(
        'identical: bit for bit; close: within 1e-6, as another runtime or processor may give; different: not',
      ),
    detail: z.string().describe('What differs and why that may be'),
    recomputedId: z
      .string()
      .length(64)
      .describe('Id of the forecast as recomputed: the same inputs give the same id'),
    stored: Quantiles,
    recomputed: Quantiles,
    largestDifference: z
      .number()
      .nonnegative()
      .describe('Largest difference of a log-return quantile over the forecast volatility, dimensionless'),
    runtime: z
      .object({ stored: Runtime.describe('When it was issued'), now: Runtime.describe('Now') })
      .describe('On what it was computed then and now'),
  })
  .meta({ id: 'Reproduction' });
export type ReproductionReply = z.infer<typeof ReproductionReply>;
