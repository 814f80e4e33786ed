import { DAY_MS } from '@btcforecast/timeseries';

export const REFIT_SCHEDULES = ['none', 'weekly', 'monthly'] as const;
export type RefitSchedule = (typeof REFIT_SCHEDULES)[number];

const WEEK_MS = 7 * DAY_MS;
/** The epoch was a Thursday: the first Monday came four days later. */
const FIRST_MONDAY = 4 * DAY_MS;

/**
 * When the model that answers at an origin was fitted: the last Monday, or the last first of the month, 00:00 UTC, at
 * or before it. By the calendar, so that it depends on the origin alone and not on where a backtest starts.
 *
 * @returns ms; null for a model that is never fitted anew
 */
export function refitInstant(origin: number, schedule: RefitSchedule): number | null {
  if (schedule === 'none') return null;
  if (schedule === 'weekly') return origin - ((origin - FIRST_MONDAY) % WEEK_MS);
  const date = new Date(origin);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
