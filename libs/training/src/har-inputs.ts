import {
  FEATURE_NAMES,
  featureSeries,
  harStateAt,
  seasonOver,
  slotIndex,
  RollingReturnQuantiles,
  type FeatureSeries,
  type HarState,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import type { ModelManifest } from './model-manifest.js';

/** What the graph of a HAR model reads for one origin. F features, H horizons, L levels. */
export interface HarInputs {
  /** Close time of the last visible candle, ms UTC. */
  readonly origin: number;
  /** Raw features by the manifest's names, shape [F], dimensionless, finite. */
  readonly features: Float64Array;
  /**
   * Volatility of the log return over each horizon before the features have their say: the last week's hourly one ×
   * the season of the future interval × √hours. Shape [H], > 0.
   */
  readonly seasonScale: Float64Array;
  /** Quantiles of the trailing year's log returns, row-major, shape [H · L], ascending in L. */
  readonly referenceQuantiles: Float64Array;
}

/** The parts of a manifest that its inputs depend on. */
export type InputsSpec = Pick<ModelManifest, 'features' | 'windowSlots' | 'horizonsHours' | 'levels'>;

/**
 * The inputs for the origin at the window's end.
 *
 * @param window exactly `spec.windowSlots` slots
 * @throws RangeError if the window has another length or the model wants features that are not computed here;
 *   InsufficientHistoryError as harStateAt and RollingReturnQuantiles do
 */
export function harInputs(window: HourlyWindow, spec: InputsSpec): HarInputs {
  if (window.close.length !== spec.windowSlots) {
    throw new RangeError(`the model reads ${spec.windowSlots} slots; the window has ${window.close.length}`);
  }
  return inputsAt(inputsSeries(window, spec), window.end);
}

/**
 * The inputs for many origins of one series; the same bits as harInputs of each origin's window. Shares the work per
 * slot and per day.
 *
 * @param history slots that cover all origins; those before its start count as missing
 * @param origins ms UTC, full hours, at most the history's end
 * @throws as harInputs does, for the first origin that has no inputs
 */
export function harInputsBatch(
  history: HourlyWindow,
  origins: readonly number[],
  spec: InputsSpec,
): HarInputs[] {
  const series = inputsSeries(history, spec);
  return origins.map((origin) => inputsAt(series, origin));
}

/** What inputsAt shares between the origins of one series. */
export interface InputsSeries {
  readonly spec: InputsSpec;
  readonly features: FeatureSeries;
  /** By horizon, shape [H]. Going through origins in the order of time is much cheaper than jumping. */
  readonly references: readonly RollingReturnQuantiles[];
}

/** Prepares a series for inputsAt. @throws RangeError if the model wants features that are not computed here */
export function inputsSeries(history: HourlyWindow, spec: InputsSpec): InputsSeries {
  requireKnownFeatures(spec.features);
  return {
    spec,
    features: featureSeries(history),
    references: spec.horizonsHours.map((hours) => new RollingReturnQuantiles(history.close, hours)),
  };
}

/** The inputs at one origin of a prepared series: harInputsBatch for callers that go through origins one by one. */
export function inputsAt({ spec, features, references }: InputsSeries, origin: number): HarInputs {
  const state = harStateAt(features, origin);
  const stop = slotIndex(features.window, origin);
  const reference = references.map((returns) => returns.at(stop, spec.windowSlots, spec.levels));
  return {
    origin,
    features: state.features,
    seasonScale: seasonScales(state, spec.horizonsHours),
    referenceQuantiles: Float64Array.from(reference.flat()),
  };
}

/** See HarInputs.seasonScale. */
export function seasonScales(state: HarState, horizonsHours: readonly number[]): Float64Array {
  const scaleOver = (hours: number): number =>
    state.hourlyVolatility * Math.sqrt(hours) * seasonOver(state.season, state.origin, hours);
  return Float64Array.from(horizonsHours, scaleOver);
}

/** Rows of one run of the graph, laid end to end in the order of `inputs`: [N · F], [N · H], [N · H · L]. */
export function stackHarInputs(
  inputs: readonly Omit<HarInputs, 'origin'>[],
): Omit<HarInputs, 'origin'> & { readonly rows: number } {
  return {
    rows: inputs.length,
    features: concatenated(inputs.map(({ features }) => features)),
    seasonScale: concatenated(inputs.map(({ seasonScale }) => seasonScale)),
    referenceQuantiles: concatenated(inputs.map(({ referenceQuantiles }) => referenceQuantiles)),
  };
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

function concatenated(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}
