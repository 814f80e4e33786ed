import { HOUR_MS } from '@btcforecast/timeseries';

/** A calendar month of origins, or what of it is asked for: [from, to), ms, full hours. */
export interface Fold {
  readonly from: number;
  readonly to: number;
}

/**
 * Calendar months, UTC, that end at an instant, ascending; the last one reaches up to it, so the first one begins that
 * many months before. By the calendar, so that a fold's model depends on the month and not on when it was asked for.
 *
 * @param until ms, a full hour
 * @param months >= 1; a started month counts as one
 */
export function monthlyFolds(until: number, months: number): Fold[] {
  const date = new Date(until - 1);
  const starts = Array.from({ length: months }, (_, i) =>
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (months - 1 - i), 1),
  );
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? until }));
}

/** Origins of a fold: multiples of the step since the epoch, so that they too depend on nothing else. */
export function originsOf({ from, to }: Fold, everyHours: number): number[] {
  const step = everyHours * HOUR_MS;
  const origins: number[] = [];
  for (let origin = Math.ceil(from / step) * step; origin < to; origin += step) origins.push(origin);
  return origins;
}
