import { z } from 'zod';
import { BlendFitRecord } from './families/blend-fit-record.js';
import { CorrectionSpec } from './correction-spec.js';
import { GoldenRow, HarGoldenRow } from './golden-rows.js';
import { HarFitRecord } from './har-fit-record.js';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

const Tensor = z.strictObject({
  name: z.string().min(1).describe('Name of the tensor in the graph'),
  dtype: z.literal('double').describe('Element type'),
  shape: z.array(z.union([z.int().positive(), z.literal('N')])).describe('N is the number of rows of a run'),
});

const Span = z.strictObject({
  from: z.iso.datetime().describe('ISO 8601, UTC'),
  to: z.iso.datetime().describe('ISO 8601, UTC'),
});

/** Families whose answer is a function of the candles alone: there is nothing to fit. */
export const BASELINE_FAMILIES = [
  'uncond_1y',
  'ewma_rw',
  'ewma_gk_seas',
  'garch_t',
  'garch_fhs_seas',
] as const;
export type BaselineFamily = (typeof BASELINE_FAMILIES)[number];

const shared = {
  format: z.literal(1).describe('Version of this description'),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be lower case, e.g. har')
    .describe('Name of the model'),
  version: z.int().positive().describe('Version of the model'),
  instruments: z.array(z.string()).min(1).describe('Instruments it was trained on'),
  inputs: z.array(Tensor).describe('Input blocks of the graph, by name'),
  outputs: z.array(Tensor),
  features: z.array(z.string()).describe('Names of the features, in the order of the input of that name'),
  windowSlots: z.int().positive().describe('Hourly slots before the origin that the inputs are made of'),
  horizonsHours: z.array(z.int().positive()).min(1),
  levels: z.array(z.number().gt(0).lt(1)).min(2),
  trainingSpan: Span.describe(
    'Open time of the first candle and close time of the last one that it has seen',
  ),
  correction: CorrectionSpec.optional().describe("How the graph's answer is corrected by recent outcomes"),
  onnx: z.strictObject({ sha256: Sha256, bytes: z.int().positive(), opset: z.int().positive() }),
};

/** What models trained by this program say besides. */
const trained = {
  data: z.strictObject({
    candles: z.int().positive().describe('Hourly candles in the training span'),
    sha256: Sha256.describe('Of the candles, see dataDigest'),
  }),
  codeVersion: z.string().describe('Version of the program that trained it'),
};

const fitSpan = Span.describe('First origin and last target of the fitted coefficients');
const goldenRows = <T extends z.ZodType>(row: T) =>
  z.array(row).min(3).describe('Rows that any runtime must reproduce to 1e-9 relative');

const HarManifest = z.strictObject({
  ...shared,
  ...trained,
  family: z.literal('har_abs_emp').describe('How it was made'),
  fitSpan,
  fit: HarFitRecord,
  golden: goldenRows(HarGoldenRow),
});

const BlendManifest = z.strictObject({
  ...shared,
  ...trained,
  family: z.literal('har_blend').describe('How it was made'),
  fitSpan,
  fit: BlendFitRecord,
  golden: goldenRows(GoldenRow),
});

const BaselineManifest = z.strictObject({
  ...shared,
  ...trained,
  family: z.enum(BASELINE_FAMILIES).describe('How it was made'),
  golden: goldenRows(GoldenRow),
});

/** A graph that a user brought: nothing is known of its making but what the user says. */
const UserManifest = z.strictObject({
  ...shared,
  family: z.literal('user').describe('How it was made'),
  golden: goldenRows(GoldenRow),
});

/** What a model is, what it reads and writes, and what it was made from. Written beside its ONNX file. */
export const ModelManifest = z
  .discriminatedUnion('family', [HarManifest, BlendManifest, BaselineManifest, UserManifest])
  .meta({ id: 'ModelManifest' });
export type ModelManifest = z.infer<typeof ModelManifest>;

/** The manifest of a model that this program trained. */
export type TrainedManifest = Exclude<ModelManifest, { family: 'user' }>;

/** The manifest of one family. */
export type ManifestOf<F extends ModelManifest['family']> = Extract<ModelManifest, { family: F }>;
