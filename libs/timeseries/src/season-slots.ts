import { HOUR_MS } from './candle.js';
import { hourOfWeek, seasonOver, WEEK_HOURS } from './week-season.js';

/** Hour of the week of each of the `slots` slots up to an instant, by its open time; 0 is Monday 00:00 UTC. */
export function hoursOfWeek(end: number, slots: number): Uint8Array {
  const hours = new Uint8Array(slots);
  let hour = hourOfWeek(end - slots * HOUR_MS);
  for (let i = 0; i < slots; i++, hour = (hour + 1) % WEEK_HOURS) hours[i] = hour;
  return hours;
}

/** seasonOver the next `hours` slots, by the hour of the week in which they begin; shape [168]. */
export function seasonAhead(season: Float64Array, hours: number): Float64Array {
  const monday = 4 * 24 * HOUR_MS; // the epoch was a Thursday
  return season.map((_, hour) => seasonOver(season, monday + hour * HOUR_MS, hours));
}
