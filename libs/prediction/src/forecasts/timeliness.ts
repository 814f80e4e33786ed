import type { Timeliness } from '@btcforecast/contracts';

const HOUR_MS = 3_600_000;

/**
 * How a forecast stands to the time at which it was issued.
 *
 * @param issuedAt     event time of issue, ms since the epoch
 * @param originAt     close time of the last visible candle, ms
 * @param horizonHours time from origin to target, hours, >= 1
 * @returns `backfilled` from the target on, `late` from the close of the next hourly candle on, else `on_time`.
 *   At a horizon of one hour both instants coincide and `backfilled` wins: the outcome was known already.
 */
export function timelinessOf(issuedAt: number, originAt: number, horizonHours: number): Timeliness {
  if (issuedAt >= originAt + horizonHours * HOUR_MS) return 'backfilled';
  return issuedAt >= originAt + HOUR_MS ? 'late' : 'on_time';
}
