import { INTERVAL_MS, INTERVALS, type Interval } from '@btcforecast/contracts';

/**
 * The interval of candles: the most frequent step between neighbours, if that is an interval that is known.
 *
 * @param openTimes in any order, ms; a thousand are enough
 * @returns null for fewer than two different times or an unknown step
 */
export function detectInterval(openTimes: readonly number[]): Interval | null {
  const sorted = [...new Set(openTimes)].sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i]! - sorted[i - 1]!; // in range: i < length
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [step] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0]);
  return INTERVALS.find((interval) => INTERVAL_MS[interval] === step) ?? null;
}
