import { HOUR_MS, type Candle } from '../src/candle.js';
import { hourlyWindow, type HourlyWindow } from '../src/hourly-window.js';

/** Something computed at an origin from a series that may reach beyond it: any numbers, in a fixed order. */
export type Computation = (history: HourlyWindow, origin: number) => readonly number[];

/** What is done to candles that a computation must not look at. */
const MEDDLINGS: Readonly<Record<string, (candle: Candle) => Candle | null>> = {
  'with later candles removed': () => null,
  'with later candles tripled': ({ openTime, open, high, low, close, volume }) => ({
    openTime,
    open: 3 * open,
    high: 3 * high,
    low: 3 * low,
    close: 3 * close,
    volume: 3 * volume,
  }),
};

/**
 * Throws if anything that closes after `origin` changes a bit of what is computed there.
 *
 * @param candles reach beyond the origin, else nothing is tested
 */
export function expectBlindToTheFuture(
  compute: Computation,
  candles: readonly Candle[],
  origin: number,
): void {
  const end = candles.at(-1)!.openTime + HOUR_MS;
  if (end <= origin) throw new Error('no candle lies after the origin: nothing is tested');
  const slots = (end - candles[0]!.openTime) / HOUR_MS;
  const expected = compute(hourlyWindow(candles, end, slots), origin);
  for (const [name, meddle] of Object.entries(MEDDLINGS)) {
    const meddled = candles.flatMap((candle) => (candle.openTime < origin ? candle : (meddle(candle) ?? [])));
    expectSameBits(expected, compute(hourlyWindow(meddled, end, slots), origin), name);
  }
  const cutSlots = slots - (end - origin) / HOUR_MS;
  expectSameBits(expected, compute(hourlyWindow(candles, origin, cutSlots), origin), 'with the series cut');
}

export function expectSameBits(expected: readonly number[], actual: readonly number[], name: string): void {
  if (expected.length !== actual.length)
    throw new Error(`${name}: ${actual.length} values, not ${expected.length}`);
  for (const [i, value] of expected.entries()) {
    if (!Object.is(value, actual[i]))
      throw new Error(`${name}: value ${i} is ${actual[i]} instead of ${value}`);
  }
}
