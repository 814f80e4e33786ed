import { z } from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const Finite = z.number();

const Tensor = z.strictObject({
  name: z.string().min(1).describe('Name of the tensor in the graph'),
  dtype: z.literal('double').describe('Element type'),
  shape: z.array(z.union([z.int().positive(), z.literal('N')])).describe('N is the number of rows of a run'),
});

const Span = z.strictObject({
  from: z.iso.datetime().describe('ISO 8601, UTC'),
  to: z.iso.datetime().describe('ISO 8601, UTC'),
});

const GoldenRow = z.strictObject({
  origin: z.iso.datetime().describe('Close time of the last visible candle, UTC'),
  features: z.array(Finite).describe('Input row, shape [F], dimensionless'),
  seasonScale: z.array(Finite).describe('Input row, shape [H], log return'),
  referenceQuantiles: z.array(z.array(Finite)).describe('Input row, shape [H][L], log return'),
  quantiles: z.array(z.array(Finite)).describe('Output row, shape [H][L], log return'),
  sigma: z.array(Finite).describe('Output row, shape [H], log return'),
});

const FittedHorizon = z.strictObject({
  hours: z.int().positive(),
  constant: Finite,
  coefficients: z.array(Finite).describe('One per feature, of the standardised features'),
  shape: z.array(Finite).describe('Quantiles of the standardised return, one per level'),
  spread: z.number().positive().describe('Root mean square of the standardised return'),
  referenceWeight: z.number().min(0).max(1).describe("Weight of the trailing year's quantiles"),
});

/** What a trained model is, what it reads and writes, and what it was made from. Written beside its ONNX file. */
export const ModelManifest = z
  .strictObject({
    format: z.literal(1).describe('Version of this description'),
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be lower case, e.g. har')
      .describe('Name of the model'),
    version: z.int().positive().describe('Version of the model'),
    family: z.literal('har_abs_emp').describe('How it was made'),
    instruments: z.array(z.string()).min(1).describe('Instruments it was trained on'),
    inputs: z.array(Tensor),
    outputs: z.array(Tensor),
    features: z.array(z.string()).min(1).describe('Names of the features, in the order of the input'),
    windowSlots: z.int().positive().describe('Hourly slots before the origin that a forecast is made of'),
    horizonsHours: z.array(z.int().positive()).min(1),
    levels: z.array(z.number().gt(0).lt(1)).min(2),
    trainingSpan: Span.describe(
      'Open time of the first candle and close time of the last one that it has seen',
    ),
    fitSpan: Span.describe('First origin and last target of the fitted coefficients'),
    data: z.strictObject({
      candles: z.int().positive().describe('Hourly candles in the training span'),
      sha256: Sha256.describe('Of the candles, see dataDigest'),
    }),
    codeVersion: z.string().describe('Version of the program that trained it'),
    fit: z.strictObject({
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
    }),
    onnx: z.strictObject({ sha256: Sha256, bytes: z.int().positive(), opset: z.int().positive() }),
    golden: z.array(GoldenRow).min(3).describe('Rows that any runtime must reproduce to 1e-9 relative'),
  })
  .meta({ id: 'ModelManifest' });
export type ModelManifest = z.infer<typeof ModelManifest>;
