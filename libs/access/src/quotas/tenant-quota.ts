import type { LeaseStore } from '@btcforecast/platform';
import { BurstWindow } from './burst-window.js';
import { DailyWindow } from './daily-window.js';
import { policyText } from './policy-text.js';
import { BURST_WINDOW_MS, DAY_MS } from './quota-windows.js';
import type { TierLimits } from './tiers.js';

export const POLICIES = ['burst', 'daily', 'concurrent'] as const;
/** As they are named in headers and problems. */
export type Policy = (typeof POLICIES)[number];

/** Why a request is not answered now. */
export interface QuotaRefusal {
  readonly policies: readonly Policy[];
  /** Seconds until there is more; never 0. */
  readonly retryAfterSeconds: number;
  /** The header RateLimit of the policies that were violated. */
  readonly limits: string;
}

/** How things stand with one limit. */
export interface LimitState {
  readonly limit: number;
  readonly remaining: number;
  readonly windowSeconds: number;
  readonly resetSeconds: number;
}

export interface QuotaState {
  readonly tier: string;
  readonly burst: LimitState | null;
  readonly daily: LimitState | null;
  readonly concurrent: { readonly limit: number; readonly inFlight: number } | null;
}

/**
 * What one tenant may still ask of this process. Taking is one step without waiting, so it is exact however many ask at
 * once; only the leasing of more units waits.
 */
export class TenantQuota {
  readonly #leases: LeaseStore;
  #limits: TierLimits;
  #burst: BurstWindow | undefined;
  #daily: DailyWindow | undefined;
  #inFlight = 0;
  /** The header RateLimit-Policy; undefined when nothing is limited. */
  policies: string | undefined;
  /** When it was last asked, epoch milliseconds. */
  askedAt = 0;
  /** No longer kept; whoever still holds it looks for its successor. */
  retired = false;

  constructor(
    readonly tenant: string,
    private tier: string,
    limits: TierLimits,
    leases: LeaseStore,
  ) {
    this.#leases = leases;
    this.#limits = limits;
    this.setTier(tier, limits);
  }

  setTier(tier: string, limits: TierLimits): void {
    this.tier = tier;
    this.#limits = limits;
    this.policies = policyText(limits);
    const { burst, daily } = limits;
    if (burst === null) this.#burst = undefined;
    else if (this.#burst) this.#burst.limit = burst;
    else this.#burst = new BurstWindow(this.tenant, burst, this.#leases);
    if (daily === null) this.#daily = undefined;
    else if (this.#daily) this.#daily.limit = daily;
    else this.#daily = new DailyWindow(daily);
  }

  /**
   * Takes `cost` units from every window, or nothing from any.
   *
   * What costs more than a whole window takes a whole window: else it could never be asked at all.
   *
   * @returns why not, undefined when they were taken; a promise when the burst is being leased, after which one tries
   *   again
   */
  take(cost: number, nowMs: number): QuotaRefusal | undefined | Promise<void> {
    this.askedAt = nowMs;
    return cost === 0 ? undefined : this.#take(cost, nowMs); // what is free can be had where nothing is left
  }

  #take(cost: number, nowMs: number): QuotaRefusal | undefined | Promise<void> {
    const [burst, daily] = [this.#burst, this.#daily];
    const burstCost = burst ? Math.min(cost, burst.limit) : 0;
    const dailyCost = daily ? Math.min(cost, daily.limit) : 0;
    if (daily?.isFull(dailyCost, nowMs)) return this.#refusal(['daily'], nowMs);
    const room = burst?.room(burstCost, nowMs);
    if (room === 'full') return this.#refusal(['burst'], nowMs);
    if (room instanceof Promise) return room;
    burst?.spend(burstCost);
    daily?.spend(dailyCost);
    return undefined;
  }

  /** Takes a place among the requests being answered; `leave` gives it back. */
  enter(): QuotaRefusal | undefined {
    const { concurrent } = this.#limits;
    if (concurrent !== null && this.#inFlight >= concurrent) {
      return { policies: ['concurrent'], retryAfterSeconds: 1, limits: '"concurrent";r=0;t=1' };
    }
    this.#inFlight += 1;
    return undefined;
  }

  leave(): void {
    this.#inFlight -= 1;
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** What the database says of all gateways together; see {@link DailyWindow}. */
  get daily(): DailyWindow | undefined {
    return this.#daily;
  }

  /** The header RateLimit; undefined without limits. */
  limits(nowMs: number): string | undefined {
    const burst = this.#burst && this.#limitOf('burst', nowMs);
    const daily = this.#daily && this.#limitOf('daily', nowMs);
    if (burst === undefined) return daily;
    return daily === undefined ? burst : `${burst}, ${daily}`;
  }

  state(nowMs: number): QuotaState {
    const { concurrent } = this.#limits;
    const stateOf = (window: BurstWindow | DailyWindow | undefined, windowMs: number): LimitState | null =>
      window === undefined
        ? null
        : {
            limit: window.limit,
            remaining: window.remaining(nowMs),
            windowSeconds: windowMs / 1_000,
            resetSeconds: secondsUntil(window.endsAt(nowMs), nowMs),
          };
    return {
      tier: this.tier,
      burst: stateOf(this.#burst, BURST_WINDOW_MS),
      daily: stateOf(this.#daily, DAY_MS),
      concurrent: concurrent === null ? null : { limit: concurrent, inFlight: this.#inFlight },
    };
  }

  #limitOf(name: 'burst' | 'daily', nowMs: number): string {
    const window = name === 'burst' ? this.#burst! : this.#daily!;
    return `"${name}";r=${window.remaining(nowMs)};t=${secondsUntil(window.endsAt(nowMs), nowMs)}`;
  }

  #refusal(policies: readonly ['burst' | 'daily'], nowMs: number): QuotaRefusal {
    const [name] = policies;
    const window = name === 'burst' ? this.#burst! : this.#daily!;
    const retryAfterSeconds = secondsUntil(window.endsAt(nowMs), nowMs);
    return { policies, retryAfterSeconds, limits: this.#limitOf(name, nowMs) };
  }
}

function secondsUntil(endsAt: number, nowMs: number): number {
  return Math.max(1, Math.ceil((endsAt - nowMs) / 1_000));
}
