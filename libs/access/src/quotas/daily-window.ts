import { DAY_MS, dayOf } from './quota-windows.js';

/**
 * The units of one day of one tenant: what all gateways were known to have given out when the database was last read,
 * and what this one has given out since.
 */
export class DailyWindow {
  #day = -1;
  #spent = 0;
  /** The part of it that was spent here since the last read began. */
  #own = 0;

  constructor(public limit: number) {}

  isFull(cost: number, nowMs: number): boolean {
    this.#roll(nowMs);
    return this.#spent + cost > this.limit;
  }

  spend(cost: number): void {
    this.#spent += cost;
    this.#own += cost;
  }

  remaining(nowMs: number): number {
    this.#roll(nowMs);
    return Math.max(0, this.limit - this.#spent);
  }

  endsAt(nowMs: number): number {
    this.#roll(nowMs);
    return (this.#day + 1) * DAY_MS;
  }

  /** A read of the database begins: what was spent until now will be in it, what is spent from now on will not. */
  beginRead(): void {
    this.#own = 0;
  }

  /** @param total of all gateways on that day, this one's part up to {@link beginRead} included */
  endRead(day: number, total: number): void {
    if (day > this.#day) this.#begin(day);
    if (day === this.#day) this.#spent = total + this.#own;
  }

  #roll(nowMs: number): void {
    const day = dayOf(nowMs);
    if (day > this.#day) this.#begin(day);
  }

  #begin(day: number): void {
    this.#day = day;
    this.#spent = 0;
    this.#own = 0;
  }
}
