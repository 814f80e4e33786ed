import type { FeatureSeries, HarState, HourlyWindow } from '@btcforecast/timeseries';

/** What the blocks of a model depend on besides the candles: these parts of its manifest. */
export interface InputsSpec {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | 'N')[] }[];
  /** Names of the features, in the order of the block `features`; empty without that block. */
  readonly features: readonly string[];
  readonly windowSlots: number;
  readonly horizonsHours: readonly number[];
  readonly levels: readonly number[];
}

/** Axes of one row of a block: features, horizons, levels. */
export type BlockAxis = 'F' | 'H' | 'L';

/** A series that is ready to give the blocks of its origins. Shared by all blocks, so that none does another's work. */
export interface BlockSeries {
  readonly history: HourlyWindow;
  readonly spec: InputsSpec;
  /** Per-slot values of the whole series, derived when first asked for. */
  readonly features: () => FeatureSeries;
  /** The state of the scale model at an origin. */
  readonly stateAt: (origin: number) => HarState;
}

/**
 * A named input of a graph: numbers that are a pure function of the `windowSlots` slots up to an origin, whatever
 * else the series holds, which origins were asked before and what time it is.
 */
export interface InputBlock {
  /** One line for people. */
  readonly description: string;
  /** Empty: one number. */
  readonly axes: readonly BlockAxis[];
  /**
   * Prepares a series; the function it returns gives one row, laid out in the order of the axes, all finite. Going
   * through origins in the order of time is cheapest.
   *
   * @throws RangeError (at once) if the spec asks for what is not computed here; the function throws
   *   InsufficientHistoryError at an origin with too few candles before it
   */
  readonly prepare: (series: BlockSeries) => (origin: number) => Float64Array;
}
