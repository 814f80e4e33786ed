import { logScale, standardise, type HarOutputs } from '../evaluate-har.js';
import { blendConstants } from './blend-constants.js';
import { TILT_INDEXES, type BlendHorizon, type BlendParameters } from './blend-parameters.js';

/** Inputs of the graph, in their order. */
export const BLEND_INPUTS = ['features', 'season_scale', 'hour_of_day', 'reference_quantiles'] as const;
export type BlendBlocks = Readonly<Record<(typeof BLEND_INPUTS)[number], Float64Array>>;

/**
 * The model in TypeScript, operation by operation what the ONNX graph does; they agree to 1e-12 of the volatility (the
 * two exponential functions may differ in the last bit). Used to make golden rows and to check the graph.
 */
export function evaluateBlend(parameters: BlendParameters, blocks: BlendBlocks): HarOutputs {
  const standardised = standardise(parameters, blocks.features);
  const tilts = TILT_INDEXES.map((index) => standardised[index]!);
  const hour = blocks.hour_of_day[0]!;
  const scales = parameters.horizons.map(
    (horizon, h) => blocks.season_scale[h]! * Math.exp(logScaleAt(horizon, standardised, hour)),
  );
  return {
    sigma: parameters.horizons.map(({ spread }, h) => spread * scales[h]!),
    quantiles: parameters.horizons.map((horizon, h) => {
      const L = horizon.shape.length;
      const reference = blocks.reference_quantiles.subarray(h * L, (h + 1) * L);
      return quantilesAt(horizon, tilts, scales[h]!, reference).sort((a, b) => a - b);
    }),
  };
}

/** The graph's table of hours holds the constant as well. */
function logScaleAt(
  { constant, coefficients, hourEffects }: BlendHorizon,
  standardised: Float64Array,
  hour: number,
): number {
  return logScale({ coefficients, constant: constant + hourEffects[hour]! }, standardised);
}

/** Shape [L], not in order yet. */
function quantilesAt(
  horizon: BlendHorizon,
  tilts: readonly number[],
  scale: number,
  reference: Float64Array,
): number[] {
  const { shape, tilt, referenceWeight, mirroredWeight } = blendConstants(horizon);
  const last = shape.length - 1;
  return shape.map((fixed, l) => {
    const tilted = tilts.reduce((sum, x, k) => sum + x * tilt[k]![l]!, 0);
    const year = reference[l]! * referenceWeight + reference[last - l]! * mirroredWeight;
    return (tilted + fixed) * scale + year;
  });
}

/** The blocks that a blend reads. @throws RangeError if one is missing */
export function blendBlocksOf(blocks: Readonly<Record<string, Float64Array>>): BlendBlocks {
  const missing = BLEND_INPUTS.filter((name) => !blocks[name]);
  if (missing.length > 0) throw new RangeError(`a blend reads ${missing.join(', ')}, which was not given`);
  return blocks as BlendBlocks;
}
