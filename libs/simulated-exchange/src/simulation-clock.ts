import type { MarketRun } from './simulated-market.js';

export interface SimulationClockOptions {
  /** Where simulated time begins now, ms. */
  readonly position: number;
  /** Simulated seconds per second. */
  readonly speed: number;
  /** Milliseconds since the epoch; default: the wall clock. */
  readonly wallNow?: () => number;
  /** Milliseconds that never jump; default: the monotonic clock. */
  readonly monotonicNow?: () => number;
}

/**
 * What time it is in the market. A replay runs at its speed until the file ends and then stands still. A demo runs
 * until it meets the present and goes on with the wall clock. Time does not pass while the process is down.
 */
export class SimulationClock {
  readonly #start: number;
  readonly #wallNow: () => number;
  readonly #monotonicNow: () => number;

  constructor(
    private readonly market: Pick<MarketRun, 'mode' | 'endsAt'>,
    private readonly options: SimulationClockOptions,
  ) {
    this.#wallNow = options.wallNow ?? Date.now;
    this.#monotonicNow = options.monotonicNow ?? (() => performance.now());
    this.#start = this.#monotonicNow();
  }

  /** Simulated time, whole ms. */
  now(): number {
    return Math.floor(Math.min(this.#unbounded(), this.#bound()));
  }

  /** Simulated seconds per second at this moment: 0 at the end of a replay, 1 once a demo has met the present. */
  speed(): number {
    if (this.#unbounded() < this.#bound()) return this.options.speed;
    return this.market.endsAt === null ? 1 : 0;
  }

  get ended(): boolean {
    const { endsAt } = this.market;
    return endsAt !== null && this.now() >= endsAt;
  }

  #unbounded(): number {
    return this.options.position + (this.#monotonicNow() - this.#start) * this.options.speed;
  }

  #bound(): number {
    return this.market.endsAt ?? Math.max(this.#wallNow(), this.options.position);
  }
}
