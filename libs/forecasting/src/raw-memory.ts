import { HOUR_MS, type HourlyWindow } from '@btcforecast/timeseries';
import type { OriginFailure } from './origin-forecast.js';
import type { RawForecast } from './raw-answers.js';

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Answers of a model by origin, without what it was given. */
export type RawAnswers = ReadonlyMap<number, RawForecast | OriginFailure>;

interface Kept {
  readonly history: HourlyWindow;
  readonly answers: RawAnswers;
}

/**
 * What one model answered at the origins of one series, for as long as the slots that it read are the same bits. A
 * correction asks the model at more than a thousand past origins, and an hour later at all but one of them again. An
 * answer depends on nothing but the window up to its origin, so that it is remembered changes no bit of a forecast.
 */
export class RawMemory {
  #kept: Kept | undefined;

  /** Remembers the answers made from a history, and nothing else. */
  keep(history: HourlyWindow, answers: RawAnswers): void {
    this.#kept = { history, answers };
  }

  /**
   * Answers that hold for a history too.
   *
   * @param windowSlots slots that an answer depends on
   * @returns empty when any slot that both histories have is another
   */
  recall(history: HourlyWindow, windowSlots: number): RawAnswers {
    const kept = this.#kept;
    if (!kept) return new Map();
    const start = Math.max(startOf(kept.history), startOf(history));
    const end = Math.min(kept.history.end, history.end);
    if (!isSame(kept.history, history, start, end)) return new Map();
    // What lies before the start counts as missing in one of the two, and may be there in the other.
    const first = start + windowSlots * HOUR_MS;
    return new Map([...kept.answers].filter(([origin]) => origin >= first && origin <= end));
  }
}

function startOf({ end, close }: HourlyWindow): number {
  return end - close.length * HOUR_MS;
}

/** Whether two histories hold the same bits from an instant to another; also when that is no time at all. */
function isSame(one: HourlyWindow, other: HourlyWindow, start: number, end: number): boolean {
  if (start >= end) return true;
  return COLUMNS.every((column) => bytes(one, column, start, end).equals(bytes(other, column, start, end)));
}

function bytes(history: HourlyWindow, column: (typeof COLUMNS)[number], start: number, end: number): Buffer {
  const first = startOf(history);
  const values = history[column].subarray((start - first) / HOUR_MS, (end - first) / HOUR_MS);
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
