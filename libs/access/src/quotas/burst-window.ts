import type { Lease, LeaseStore } from '@btcforecast/platform';
import { BURST_WINDOW_MS, burstPhase } from './quota-windows.js';

/** Whether a cost can be paid now; a promise when that has to be asked, after which one looks again. */
export type Room = 'free' | 'full' | Promise<void>;

/** Nobody asks for less at a time than this part of the limit. */
const SMALLEST_LEASE = 0.01;
/** So that clocks that differ a little still mean the same window. */
const KEEP_MS = 2 * BURST_WINDOW_MS;

/**
 * The units of one minute of one tenant, as far as this process may give them out: it spends what it was granted, and
 * asks for more before that is gone, so that hardly any request waits for it. Windows of a minute, one after the other,
 * begin for each tenant at a second of its own, so that not all clients come back at the same moment.
 *
 * While the store is away, what nobody was known to hold is given out here, in each process anew.
 */
export class BurstWindow {
  readonly #phase: number;
  #limit: number;
  #number = -1;
  #endsAt = 0;
  #granted = 0;
  #used = 0;
  /** Units of this window that nobody was known to hold when the store was last asked. */
  #left = 0;
  #lastLease = 0;
  /** Units that requests wait for while the store is asked. */
  #waiting = 0;
  /** Of these what its last answer did not meet: who waits for them is about to ask. */
  #unmet = 0;
  #asking: Promise<void> | undefined;

  constructor(
    private readonly tenant: string,
    limit: number,
    private readonly leases: LeaseStore,
  ) {
    this.#phase = burstPhase(tenant);
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** A higher limit counts at once, a lower one as soon as what was granted has been spent. */
  set limit(limit: number) {
    this.#left = Math.max(0, this.#left + limit - this.#limit);
    this.#limit = limit;
  }

  /** @param nowMs since the epoch */
  room(cost: number, nowMs: number): Room {
    this.#roll(nowMs);
    const missing = cost - (this.#granted - this.#used);
    if (missing <= 0) return 'free';
    if (missing > this.#left) return 'full';
    return this.#ask(missing) ?? this.room(cost, nowMs);
  }

  /** Spends what {@link room} has just found free. */
  spend(cost: number): void {
    this.#used += cost;
    const own = this.#granted - this.#used;
    if (this.#left > 0 && own * 2 < this.#lastLease && !this.#asking) void this.#ask(0);
  }

  /** Units left in the window, as far as is known here. */
  remaining(nowMs: number): number {
    this.#roll(nowMs);
    return this.#granted - this.#used + this.#left;
  }

  /** When the window ends, epoch milliseconds. */
  endsAt(nowMs: number): number {
    this.#roll(nowMs);
    return this.#endsAt;
  }

  /** Windows only go forward, but for a clock that was set back by more than one. */
  #roll(nowMs: number): void {
    if (nowMs < this.#endsAt && nowMs >= this.#endsAt - 2 * BURST_WINDOW_MS) return;
    this.#number = Math.floor((nowMs - this.#phase) / BURST_WINDOW_MS);
    this.#endsAt = (this.#number + 1) * BURST_WINDOW_MS + this.#phase;
    this.#granted = 0;
    this.#used = 0;
    this.#left = this.#limit;
    this.#lastLease = Math.ceil(this.#limit * SMALLEST_LEASE);
    this.#waiting = 0;
    this.#unmet = 0;
    this.#asking = undefined;
  }

  /** Those that come while the store is being asked wait for its answer, and then look again. */
  #ask(missing: number): Promise<void> | undefined {
    this.#waiting += missing;
    if (this.#asking) return this.#asking;
    const number = this.#number;
    const answer = this.leases.take({
      name: `burst:${this.tenant}:${number}`,
      limit: this.#limit,
      held: this.#granted,
      atLeast: missing,
      wanted: Math.max(missing, this.#unmet),
      ahead: 2 * this.#lastLease,
      lifeMs: KEEP_MS,
    });
    this.#unmet = 0;
    if (!(answer instanceof Promise)) {
      this.#take(answer);
      return undefined;
    }
    this.#asking = answer
      .catch((): Lease => ({ granted: this.#left, left: 0 }))
      .then((lease) => {
        if (this.#number !== number) return;
        this.#asking = undefined;
        this.#take(lease);
      });
    return this.#asking;
  }

  #take({ granted, left }: Lease): void {
    this.#granted += granted;
    this.#unmet = Math.max(0, this.#waiting - granted);
    this.#waiting = 0;
    this.#left = left;
    this.#lastLease = Math.max(this.#lastLease, granted);
  }
}
