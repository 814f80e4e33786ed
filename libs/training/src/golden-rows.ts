import { z } from 'zod';
import type { ModelInputs } from './inputs/model-inputs.js';

const Finite = z.number();
const Origin = z.iso.datetime().describe('Close time of the last visible candle, UTC');
const Answer = {
  quantiles: z.array(z.array(Finite)).describe('Output row, shape [H][L], log return'),
  sigma: z.array(Finite).describe('Output row, shape [H], log return'),
};

/** A question and its answer: the input blocks of one origin by name, and what the graph makes of them. */
export const GoldenRow = z.strictObject({
  origin: Origin,
  inputs: z.record(z.string(), z.array(Finite)).describe('One row of each input, row-major'),
  ...Answer,
});
export type GoldenRow = z.infer<typeof GoldenRow>;

/** The same as the family har_abs_emp writes it. */
export const HarGoldenRow = z.strictObject({
  origin: Origin,
  features: z.array(Finite).describe('Input row, shape [F], dimensionless'),
  seasonScale: z.array(Finite).describe('Input row, shape [H], log return'),
  referenceQuantiles: z.array(z.array(Finite)).describe('Input row, shape [H][L], log return'),
  ...Answer,
});
export type HarGoldenRow = z.infer<typeof HarGoldenRow>;

/** The question of a golden row. */
export function goldenInputs(row: GoldenRow | HarGoldenRow): ModelInputs {
  const origin = Date.parse(row.origin);
  if (!('inputs' in row)) {
    return {
      origin,
      blocks: {
        features: Float64Array.from(row.features),
        season_scale: Float64Array.from(row.seasonScale),
        reference_quantiles: Float64Array.from(row.referenceQuantiles.flat()),
      },
    };
  }
  const blocks = Object.entries(row.inputs).map(
    ([name, values]) => [name, Float64Array.from(values)] as const,
  );
  return { origin, blocks: Object.fromEntries(blocks) };
}

/** A golden row of these inputs and their answer, shape [H][L] and [H]. */
export function goldenRowOf(
  { origin, blocks }: ModelInputs,
  answer: { readonly quantiles: readonly (readonly number[])[]; readonly sigma: readonly number[] },
): GoldenRow {
  return {
    origin: new Date(origin).toISOString(),
    inputs: Object.fromEntries(Object.entries(blocks).map(([name, values]) => [name, [...values]])),
    quantiles: answer.quantiles.map((row) => [...row]),
    sigma: [...answer.sigma],
  };
}
