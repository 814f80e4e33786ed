import { FEATURE_LIMIT, type HarHorizon, type HarParameters } from './har-parameters.js';

/** What the model reads for one origin. F features, H horizons, L levels. */
export interface HarInputs {
  /** Raw features, shape [F]: the block `features`. */
  readonly features: Float64Array;
  /** Shape [H]: the block `season_scale`. */
  readonly seasonScale: Float64Array;
  /** Row-major, shape [H · L]: the block `reference_quantiles`. */
  readonly referenceQuantiles: Float64Array;
}

/** What the graph writes for one origin. */
export interface HarOutputs {
  /** Log-return quantiles, shape [H][L], ascending in L. */
  readonly quantiles: readonly (readonly number[])[];
  /** Standard deviation of the log return that the scale model sees, shape [H], > 0. */
  readonly sigma: readonly number[];
}

/**
 * The model in TypeScript, operation by operation what the ONNX graph does; they agree to 1e-12 relative (the two
 * exponential functions may differ in the last bit). Used to fit, to make golden rows and to check the graph.
 */
export function evaluateHar(parameters: HarParameters, inputs: HarInputs): HarOutputs {
  const standardised = standardise(parameters, inputs.features);
  const scales = parameters.horizons.map(
    (horizon, h) => inputs.seasonScale[h]! * Math.exp(logScale(horizon, standardised)),
  );
  return {
    sigma: parameters.horizons.map(({ spread }, h) => spread * scales[h]!),
    quantiles: parameters.horizons.map(({ shape, referenceWeight: weight }, h) =>
      shape.map(
        (quantile, l) =>
          (1 - weight) * quantile * scales[h]! + weight * inputs.referenceQuantiles[h * shape.length + l]!,
      ),
    ),
  };
}

/** The blocks that a HAR model reads. @throws RangeError if one is missing */
export function harInputsOf(blocks: Readonly<Record<string, Float64Array>>): HarInputs {
  const { features, season_scale: seasonScale, reference_quantiles: referenceQuantiles } = blocks;
  if (features && seasonScale && referenceQuantiles) return { features, seasonScale, referenceQuantiles };
  throw new RangeError(
    `a HAR model reads features, season_scale and reference_quantiles, not ${Object.keys(blocks).join(', ')}`,
  );
}

/** Features in standard deviations from their mean over the fitted origins, clipped to ± FEATURE_LIMIT. */
export function standardise(
  { means, deviations }: Pick<HarParameters, 'means' | 'deviations'>,
  features: Float64Array,
): Float64Array {
  return features.map((value, i) => {
    const standard = (value - means[i]!) / deviations[i]!;
    return Math.min(FEATURE_LIMIT, Math.max(-FEATURE_LIMIT, standard));
  });
}

/** Log of the volatility relative to the season scale. Sums in the order of the features, as the graph does. */
export function logScale(
  { constant, coefficients }: Pick<HarHorizon, 'constant' | 'coefficients'>,
  x: Float64Array,
) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * coefficients[i]!;
  return sum + constant;
}
