import { HOUR_MS, slotIndex, type HourlyWindow } from '@btcforecast/timeseries';

export interface OriginRange {
  /** First origin, ms, a full hour UTC. */
  readonly from: number;
  /** Last instant that may be an origin, ms; it is one when a step ends there. */
  readonly to: number;
  /** Hours between origins, a positive integer. */
  readonly everyHours: number;
}

export interface BacktestOrigins {
  /** Origins whose last candle is there, ms, ascending. */
  readonly origins: readonly number[];
  /** Origins whose last candle is not: nothing is forecast from there, as when live. */
  readonly missing: number;
}

/**
 * The origins of a backtest: from, from + every, … up to `to`, both ends included.
 *
 * @throws RangeError if the range is off the hour, turned round or has no positive step
 */
export function backtestOrigins(
  history: HourlyWindow,
  { from, to, everyHours }: OriginRange,
): BacktestOrigins {
  if (from % HOUR_MS !== 0 || to % HOUR_MS !== 0) throw new RangeError('both ends must be full hours UTC');
  if (from > to) throw new RangeError('the first origin must not be later than the last one');
  if (!Number.isInteger(everyHours) || everyHours < 1) {
    throw new RangeError(`the step must be a whole number of hours, not ${everyHours}`);
  }
  const origins: number[] = [];
  let missing = 0;
  for (let origin = from; origin <= to; origin += everyHours * HOUR_MS) {
    if (Number.isNaN(closeBefore(history, origin))) missing++;
    else origins.push(origin);
  }
  return { origins, missing };
}

/** Close of the candle that closes at `instant`; NaN where it is missing or outside the history. */
export function closeBefore(history: HourlyWindow, instant: number): number {
  return history.close[slotIndex(history, instant) - 1] ?? NaN;
}
