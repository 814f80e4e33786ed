import { YEAR_SLOTS } from './hourly-window.js';
import { quantilesOfSorted } from './empirical-quantiles.js';
import { MIN_RETURNS, tooFewReturns } from './uncond-1y.js';

/** Returns moved by more than this are sorted anew: inserting one by one would cost more. */
const MAX_MOVES = 400;

/**
 * The trailing year's h-hour log returns of one long series, kept in order while the origin moves on. Answers with
 * the same bits as trailingReturnQuantiles of each origin's window: both take quantiles of the same sorted numbers.
 */
export class RollingReturnQuantiles {
  readonly #returns: Float64Array;
  readonly #sorted = new Float64Array(YEAR_SLOTS);
  #count = 0;
  #from = 0;
  #to = 0;

  /** @param close closes of consecutive slots, NaN where missing; @param horizonHours h */
  constructor(
    close: Float64Array,
    private readonly horizonHours: number,
  ) {
    this.#returns = close.map((price, i) =>
      i < horizonHours ? NaN : Math.log(price / close[i - horizonHours]!),
    );
  }

  /**
   * Quantiles of the returns that ended in the year before an origin.
   *
   * @param stop   index of the slot that opens at the origin
   * @param slots  window of the origin: returns that begin before it are left out
   * @param levels ascending levels, shape [L]
   * @returns log-return quantiles, shape [L], ascending
   * @throws InsufficientHistoryError if fewer than 500 such returns exist
   */
  at(stop: number, slots: number, levels: readonly number[]): number[] {
    this.#moveTo(Math.max(0, stop - YEAR_SLOTS, stop - slots + this.horizonHours), stop);
    if (this.#count < MIN_RETURNS) throw tooFewReturns(this.#count, this.horizonHours);
    return quantilesOfSorted(this.#sorted.subarray(0, this.#count), levels);
  }

  #moveTo(from: number, to: number): void {
    const forward = from >= this.#from && to >= this.#to;
    if (!forward || from >= this.#to || from - this.#from + to - this.#to > MAX_MOVES)
      this.#rebuild(from, to);
    else {
      for (let i = this.#from; i < from; i++) this.#remove(this.#returns[i]!);
      for (let i = this.#to; i < to; i++) this.#insert(this.#returns[i]!);
    }
    this.#from = from;
    this.#to = to;
  }

  #rebuild(from: number, to: number): void {
    this.#count = 0;
    for (let i = from; i < to; i++) {
      const value = this.#returns[i]!;
      if (Number.isFinite(value)) this.#sorted[this.#count++] = value;
    }
    this.#sorted.subarray(0, this.#count).sort();
  }

  #insert(value: number): void {
    if (!Number.isFinite(value)) return;
    const place = this.#placeOf(value);
    this.#sorted.copyWithin(place + 1, place, this.#count++);
    this.#sorted[place] = value;
  }

  #remove(value: number): void {
    if (!Number.isFinite(value)) return;
    const place = this.#placeOf(value);
    this.#sorted.copyWithin(place, place + 1, this.#count--);
  }

  /** Index of the first value that is not less. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
