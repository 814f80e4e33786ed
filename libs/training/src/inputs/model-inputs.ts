import {
  featureSeries,
  harStateAt,
  InsufficientHistoryError,
  slotIndex,
  type FeatureSeries,
  type HarState,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import type { BlockSeries, InputsSpec } from './input-block.js';
import { inputBlock, requireKnownInputs } from './input-blocks.js';

/** What a graph reads for one origin. */
export interface ModelInputs {
  /** Close time of the last visible candle, ms UTC. */
  readonly origin: number;
  /** One row of each input, by its name; row-major, finite. */
  readonly blocks: Readonly<Record<string, Float64Array>>;
}

/** A series prepared for inputsAt. */
export interface InputsSeries {
  readonly history: HourlyWindow;
  readonly spec: InputsSpec;
  readonly blocks: readonly { readonly name: string; readonly at: (origin: number) => Float64Array }[];
}

/**
 * Prepares a series for inputsAt.
 *
 * @param history slots that cover the windows of all origins; those before its start count as missing
 * @throws RangeError if the model wants inputs or features that are not computed here
 */
export function inputsSeries(history: HourlyWindow, spec: InputsSpec): InputsSeries {
  requireKnownInputs(spec);
  const series = blockSeries(history, spec);
  return {
    history,
    spec,
    blocks: spec.inputs.map(({ name }) => ({ name, at: inputBlock(name).prepare(series) })),
  };
}

/**
 * The inputs at one origin: the same bits whatever else the series holds and in whatever order origins are asked.
 *
 * @param origin ms UTC, a full hour, at most the history's end
 * @throws InsufficientHistoryError if the origin's own candle is missing or too few lie before it
 */
export function inputsAt({ history, blocks }: InputsSeries, origin: number): ModelInputs {
  const close = history.close[slotIndex(history, origin) - 1];
  if (close === undefined || Number.isNaN(close)) {
    throw new InsufficientHistoryError(
      `the candle that closes at ${new Date(origin).toISOString()} is missing`,
    );
  }
  return { origin, blocks: Object.fromEntries(blocks.map(({ name, at }) => [name, at(origin)])) };
}

/** inputsAt for many origins, in their order. @throws as inputsSeries and inputsAt do */
export function inputsBatch(
  history: HourlyWindow,
  origins: readonly number[],
  spec: InputsSpec,
): ModelInputs[] {
  const series = inputsSeries(history, spec);
  return origins.map((origin) => inputsAt(series, origin));
}

/** Rows of one block for one run of a graph, laid end to end. @throws RangeError if a row lacks the block */
export function stackBlock(rows: readonly Pick<ModelInputs, 'blocks'>[], name: string): Float64Array {
  const parts = rows.map(({ blocks }) => {
    const block = blocks[name];
    if (!block) throw new RangeError(`the graph reads the input "${name}", which was not given`);
    return block;
  });
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/**
 * All that a graph was given for one horizon, in the order of its inputs: of an input with one row per horizon that
 * row, any other whole.
 */
export function givenFor({ blocks }: ModelInputs, spec: InputsSpec, horizon: number): number[] {
  return spec.inputs.flatMap(({ name }) => {
    const values = blocks[name]!; // made for this spec
    if (inputBlock(name).axes[0] !== 'H') return [...values];
    const size = values.length / spec.horizonsHours.length;
    return [...values.subarray(horizon * size, (horizon + 1) * size)];
  });
}

/** What blocks share of one series. */
export function blockSeries(history: HourlyWindow, spec: InputsSpec): BlockSeries {
  let series: FeatureSeries | undefined;
  let state: HarState | undefined;
  const features = (): FeatureSeries => (series ??= featureSeries(history));
  const stateAt = (origin: number): HarState => {
    if (state?.origin !== origin) state = harStateAt(features(), origin);
    return state;
  };
  return { history, spec, features, stateAt };
}
