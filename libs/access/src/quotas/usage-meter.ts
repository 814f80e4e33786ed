import type { QuotaRefusal, TenantQuota } from './tenant-quota.js';
import type { UsageAccount, UsageLedger } from './usage-ledger.js';

/** Takes from the quota of a tenant on behalf of one actor, and counts it. */
export class UsageMeter implements UsageAccount {
  readonly counts: UsageAccount['counts'] = new Map();

  constructor(
    readonly quota: TenantQuota,
    readonly actor: string,
    private readonly ledger: UsageLedger,
    private readonly now: () => number,
  ) {}

  get tenant(): string {
    return this.quota.tenant;
  }

  /**
   * Pays for a request.
   *
   * @param route a closed set: the pattern, not the address
   * @returns why it is refused, undefined when it is not; a promise of the same when that had to be asked
   */
  take(route: string, cost: number): QuotaRefusal | undefined | Promise<QuotaRefusal | undefined> {
    const nowMs = this.now();
    const refusal = this.quota.take(cost, nowMs);
    if (refusal instanceof Promise) return refusal.then(() => this.take(route, cost));
    if (refusal) this.ledger.refusal(this, route, nowMs);
    else this.ledger.request(this, route, cost, nowMs);
    return refusal;
  }

  /** Pays for what turned out later to be dearer; the request itself has been counted. */
  async takeMore(route: string, cost: number): Promise<QuotaRefusal | undefined> {
    const nowMs = this.now();
    const refusal = this.quota.take(cost, nowMs);
    if (refusal instanceof Promise) return refusal.then(() => this.takeMore(route, cost));
    if (refusal) this.ledger.refusal(this, route, nowMs);
    else this.ledger.more(this, route, cost, nowMs);
    return refusal;
  }

  /** Takes a place among the tenant's requests; see {@link TenantQuota.enter}. */
  enter(route: string): QuotaRefusal | undefined {
    const refusal = this.quota.enter();
    if (refusal) this.ledger.refusal(this, route, this.now());
    return refusal;
  }
}
