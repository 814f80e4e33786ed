import { HOUR_MS } from '@btcforecast/timeseries';
import type { Correction } from './correction.js';

/** Full hours from `first` to `last`, both included, ms. */
export interface HourRange {
  readonly first: number;
  readonly last: number;
}

/** The origins whose hindcasts correct a horizon of `hours` at `origin`: their outcomes are known there, newest last. */
export function hindcastRange(origin: number, hours: number, spanHours: number): HourRange {
  const last = origin - hours * HOUR_MS;
  return { first: last - (spanHours - 1) * HOUR_MS, last };
}

/**
 * All origins that a model has to be asked at: the wanted ones and those of their hindcasts.
 *
 * @param origins full hours, ms, in any order
 * @returns ascending, each once
 */
export function originsToAsk(
  origins: readonly number[],
  { spanHours, horizons }: Correction,
  horizonsHours: readonly number[],
): number[] {
  const corrected = horizonsHours.filter((_, h) => horizons[h]);
  const wanted = origins.toSorted((a, b) => a - b);
  const asked = new Set<number>(wanted);
  for (const hours of corrected) {
    let next = -Infinity; // what lies before it is there already
    for (const origin of wanted) {
      const { first, last } = hindcastRange(origin, hours, spanHours);
      for (let at = Math.max(first, next); at <= last; at += HOUR_MS) asked.add(at);
      next = last + HOUR_MS;
    }
  }
  return [...asked].sort((a, b) => a - b);
}
