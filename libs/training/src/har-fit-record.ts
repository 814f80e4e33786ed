import { z } from 'zod';

const Finite = z.number();

const FittedHorizon = z.strictObject({
  hours: z.int().positive(),
  constant: Finite,
  coefficients: z.array(Finite).describe('One per feature, of the standardised features'),
  shape: z.array(Finite).describe('Quantiles of the standardised return, one per level'),
  spread: z.number().positive().describe('Root mean square of the standardised return'),
  referenceWeight: z.number().min(0).max(1).describe("Weight of the trailing year's quantiles"),
});

/** What was fitted in a model of the family har_abs_emp, and how its weights were chosen. */
export const HarFitRecord = z.strictObject({
  ridge: z.number().nonnegative(),
  rows: z.array(z.int().positive()).describe('Fitted origins, by horizon'),
  means: z.array(Finite).describe('Of the features over the fitted origins'),
  deviations: z.array(z.number().positive()).describe('Of the features'),
  horizons: z.array(FittedHorizon),
  selection: z
    .strictObject({
      origins: z
        .array(z.int().nonnegative())
        .describe('Out-of-sample origins that chose the weights, by horizon'),
      pinball: z
        .array(z.number().nullable())
        .describe('Mean pinball loss × 10,000 there with the chosen weight; null without origins'),
      referencePinball: z
        .array(z.number().nullable())
        .describe("The same of the trailing year's quantiles alone"),
    })
    .describe('How the weights of the reference quantiles were chosen'),
});
export type HarFitRecord = z.infer<typeof HarFitRecord>;
