import { FEATURE_NAMES, seasonOver, type HarState } from '@btcforecast/timeseries';
import type { InputBlock } from './input-block.js';

/** Raw features by the manifest's names, dimensionless. */
export const featuresBlock: InputBlock = {
  description: 'features of the scale model, by name',
  axes: ['F'],
  prepare: ({ spec, stateAt }) => {
    requireKnownFeatures(spec.features);
    return (origin) => stateAt(origin).features;
  },
};

/**
 * Volatility of the log return over each horizon before the features have their say: the last week's hourly one × the
 * season of the future interval × √hours. > 0.
 */
export const seasonScaleBlock: InputBlock = {
  description: "the last week's volatility, scaled to each horizon and its season",
  axes: ['H'],
  prepare: ({ spec, stateAt }) => {
    return (origin) => seasonScales(stateAt(origin), spec.horizonsHours);
  },
};

/** See seasonScaleBlock. */
export function seasonScales(state: HarState, horizonsHours: readonly number[]): Float64Array {
  const scaleOver = (hours: number): number =>
    state.hourlyVolatility * Math.sqrt(hours) * seasonOver(state.season, state.origin, hours);
  return Float64Array.from(horizonsHours, scaleOver);
}

function requireKnownFeatures(names: readonly string[]): void {
  if (names.length === FEATURE_NAMES.length && names.every((name, i) => name === FEATURE_NAMES[i])) return;
  const unknown = names.filter((name) => !FEATURE_NAMES.includes(name));
  throw new RangeError(
    unknown.length > 0
      ? `the model wants features that this version does not compute: ${unknown.join(', ')}`
      : 'the model wants the features of another version, or in another order',
  );
}
