import {
  ewmaGkSeasonalAt,
  ewmaRandomWalk,
  garchFhsSeasonalAt,
  garchT,
  RollingReturnQuantiles,
  sliceWindow,
  slotIndex,
  type FeatureSeries,
  type HourlyWindow,
} from '@btcforecast/timeseries';
import type { InputBlock } from './input-block.js';

/** Quantiles of the trailing year's log returns, ascending; the baseline `uncond_1y`. */
export const referenceBlock: InputBlock = {
  description: "quantiles of the trailing year's log returns (the baseline uncond_1y)",
  axes: ['H', 'L'],
  prepare: ({ history, spec }) => {
    const references = spec.horizonsHours.map((hours) => new RollingReturnQuantiles(history.close, hours));
    return (origin) => {
      const stop = slotIndex(history, origin);
      return Float64Array.from(
        references.flatMap((returns) => returns.at(stop, spec.windowSlots, spec.levels)),
      );
    };
  },
};

export const ewmaBlock = windowBlock('quantiles of the baseline ewma_rw', ewmaRandomWalk);
export const garchBlock = windowBlock('quantiles of the baseline garch_t', garchT);

export const ewmaSeasonalBlock = seriesBlock('quantiles of the baseline ewma_gk_seas', ewmaGkSeasonalAt);
export const garchSeasonalBlock = seriesBlock('quantiles of the baseline garch_fhs_seas', garchFhsSeasonalAt);

type WindowQuantiles = (
  window: HourlyWindow,
  horizonsHours: readonly number[],
  levels: readonly number[],
) => readonly (readonly number[])[];

/** A block of a forecast that is computed from each origin's window alone, with nothing to share. */
function windowBlock(description: string, quantilesOf: WindowQuantiles): InputBlock {
  return {
    description,
    axes: ['H', 'L'],
    prepare:
      ({ history, spec }) =>
      (origin) => {
        const window = sliceWindow(history, origin, spec.windowSlots);
        return Float64Array.from(quantilesOf(window, spec.horizonsHours, spec.levels).flat());
      },
  };
}

type SeriesQuantiles = (
  series: FeatureSeries,
  origin: number,
  horizonsHours: readonly number[],
  levels: readonly number[],
) => readonly (readonly number[])[];

/** A block of a forecast that shares the per-slot values of the whole series between its origins. */
function seriesBlock(description: string, quantilesOf: SeriesQuantiles): InputBlock {
  return {
    description,
    axes: ['H', 'L'],
    prepare:
      ({ features, spec }) =>
      (origin) =>
        Float64Array.from(quantilesOf(features(), origin, spec.horizonsHours, spec.levels).flat()),
  };
}
