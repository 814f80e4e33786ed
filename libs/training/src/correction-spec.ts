import { z } from 'zod';

/**
 * How the graph's quantiles are corrected by what recently came of its own hindcasts. The arithmetic is outside this
 * library, beside the code that makes forecasts; here is only what a manifest says of it.
 */
export const CorrectionSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rolling_recalibration'),
    spanHours: z.int().min(24).max(8_760).describe('Hindcasts per horizon: one per hour of this span'),
    minOutcomes: z.int().min(24).describe('With fewer known outcomes nothing is corrected'),
    weights: z
      .array(z.number().min(0).max(1))
      .describe('Weight of the shift, by horizon; 0 leaves a horizon as it is'),
  }),
]);
export type CorrectionSpec = z.infer<typeof CorrectionSpec>;
