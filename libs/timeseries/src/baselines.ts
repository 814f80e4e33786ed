import { ewmaRandomWalk } from './ewma-rw.js';
import { garchT } from './garch-t.js';
import type { HourlyWindow } from './hourly-window.js';
import { trailingReturnQuantiles } from './uncond-1y.js';

export const BASELINE_NAMES = ['ewma_rw', 'garch_t', 'uncond_1y'] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

/** Log-return quantiles by baseline, shape [H][L] each, ascending in L. */
export type BaselineQuantiles = Readonly<Record<BaselineName, readonly (readonly number[])[]>>;

/**
 * What the three baselines say at the window's end. A pure function of the window's slots: other candles and earlier
 * calls change no bit. Cost: a few sorts of a year per horizon; the GARCH fit (some 100 ms) once a month per market.
 *
 * @param window        WINDOW_SLOTS slots up to the origin; the last one present
 * @param horizonsHours shape [H], each at most 168
 * @param levels        ascending levels in (0, 1), shape [L]
 * @throws InsufficientHistoryError when a baseline has too few returns in the trailing year
 */
export function baselineQuantiles(
  window: HourlyWindow,
  horizonsHours: readonly number[],
  levels: readonly number[],
): BaselineQuantiles {
  return {
    ewma_rw: ewmaRandomWalk(window, horizonsHours, levels),
    garch_t: garchT(window, horizonsHours, levels),
    uncond_1y: horizonsHours.map((hours) => trailingReturnQuantiles(window, hours, levels)),
  };
}
