import type { BlendHorizon } from './blend-parameters.js';

/** What the parameters of one horizon come to once the weights of the blend are multiplied in. */
export interface BlendConstants {
  /** Part of a quantile in units of s that does not depend on the origin, shape [L]. */
  readonly shape: readonly number[];
  /** By tilt feature, shape [T][L]. */
  readonly tilt: readonly (readonly number[])[];
  /** Weights of the trailing year's quantile at a level and at its mirror: together they shrink its drift. */
  readonly referenceWeight: number;
  readonly mirroredWeight: number;
}

/** The constants of the graph; the evaluation in TypeScript uses the same, so that both round alike. */
export function blendConstants(horizon: BlendHorizon): BlendConstants {
  const { shape, tilt, tiltWeight, referenceWeight, driftShrink } = horizon;
  const features = tilt.coefficients[0]!.map((_, k) => k);
  return {
    shape: shape.map(
      (quantile, l) =>
        (1 - referenceWeight) * ((1 - tiltWeight) * quantile + tiltWeight * tilt.constants[l]!),
    ),
    tilt: features.map((k) => tilt.coefficients.map((row) => (1 - referenceWeight) * tiltWeight * row[k]!)),
    referenceWeight: referenceWeight * (1 - driftShrink / 2),
    mirroredWeight: (-referenceWeight * driftShrink) / 2,
  };
}
