/** How many messages a client may send: some at once, and some each second. */
export class MessageBudget {
  #left: number;
  #at: number;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    nowMs: number,
  ) {
    this.#left = burst;
    this.#at = nowMs;
  }

  /** Whether one more is allowed now; counts it. `nowMs` never goes back. */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#at) / 1_000) * this.perSecond;
    this.#left = Math.min(this.burst, this.#left + earned);
    this.#at = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
