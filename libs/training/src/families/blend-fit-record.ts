import { z } from 'zod';

const Finite = z.number();
const Weight = z.number().min(0).max(1);

const FittedHorizon = z.strictObject({
  hours: z.int().positive(),
  constant: Finite,
  coefficients: z.array(Finite).describe('One per feature, of the standardised features'),
  hourEffects: z
    .array(Finite)
    .length(24)
    .describe('By UTC hour of the origin, on the logarithm of volatility'),
  shape: z.array(Finite).describe('Quantiles of the standardised return, one per level, drift shrunk'),
  tilt: z
    .strictObject({
      constants: z.array(Finite).describe('One per level'),
      coefficients: z.array(z.array(Finite)).describe('Shape [level][tilt feature]'),
    })
    .describe('Quantile regression of the standardised return'),
  tiltWeight: Weight.describe('Weight of the quantile regression against the empirical shape'),
  spread: z.number().positive().describe('Root mean square of the standardised return'),
  driftShrink: Weight.describe(
    "Share of the drift taken out of the shape and of the trailing year's quantiles",
  ),
  referenceWeight: Weight.describe("Weight of the trailing year's quantiles"),
});

/** What was fitted in a model of the family har_blend. */
export const BlendFitRecord = z.strictObject({
  ridge: z.number().nonnegative().describe('Of the scale'),
  tiltRidge: z.number().positive().describe('Of the quantile regression'),
  tiltFeatures: z.array(z.string()).describe('Features of the quantile regression'),
  rows: z.array(z.int().positive()).describe('Fitted origins of all instruments, by horizon'),
  means: z.array(Finite).describe('Of the features over the fitted origins'),
  deviations: z.array(z.number().positive()).describe('Of the features'),
  horizons: z.array(FittedHorizon),
});
export type BlendFitRecord = z.infer<typeof BlendFitRecord>;
