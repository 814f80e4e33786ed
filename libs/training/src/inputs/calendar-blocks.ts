import { DAY_MS, HOUR_MS } from '@btcforecast/timeseries';
import type { InputBlock } from './input-block.js';

/** A whole number, 0 to 23: the hour of the day, UTC, in which the first hour ahead begins. */
export const hourOfDayBlock: InputBlock = {
  description: 'UTC hour of the origin, 0 to 23',
  axes: [],
  prepare: () => (origin) => Float64Array.of((origin % DAY_MS) / HOUR_MS),
};
