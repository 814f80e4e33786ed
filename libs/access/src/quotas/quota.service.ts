import { randomUUID } from 'node:crypto';
import { AppError, type Clock, type LeaseStore, type Logger, type Metrics } from '@btcforecast/platform';
import type { Counter } from 'prom-client';
import { actorName, type Principal } from '../principal.js';
import { dayOf, dayText } from './quota-windows.js';
import { type QuotaState, TenantQuota } from './tenant-quota.js';
import { LEAST_TIER, type TierTable } from './tiers.js';
import { UsageLedger } from './usage-ledger.js';
import { UsageMeter } from './usage-meter.js';
import type { RouteUsage, TenantStanding, UsageBatch, UsageRepository } from './usage.repository.js';

export interface QuotaServiceDependencies {
  readonly repository: UsageRepository;
  readonly leases: LeaseStore;
  readonly tiers: TierTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * How often usage goes to the database, and what other gateways have given out comes from there. What one writes another
 * may read nearly a period later, so each knows what the others had given out 10 seconds ago.
 */
export const RECONCILE_MS = 5_000;
/** A tenant that asked nothing for so long leaves memory. */
const IDLE_MS = 15 * 60_000;
/** Of a tenant that is seen for the first time while the database is away: what a tenant has that nobody changed. */
const PRESUMED_TIER = 'standard';

/**
 * What tenants may ask and what they have asked. A request is judged in memory, by {@link meterOf}; in the background
 * usage is written down, and the daily limits learn what other gateways have given out.
 */
export class QuotaService {
  readonly #quotas = new Map<string, TenantQuota>();
  readonly #meters = new WeakMap<Principal, UsageMeter>();
  readonly #loading = new Map<string, Promise<TenantQuota | undefined>>();
  readonly #ledger = new UsageLedger();
  readonly #source = randomUUID();
  readonly #unknownTiers: Counter;
  #sequence = 0;
  /** Counted and perhaps written; kept until the database says that it is. */
  #batch: UsageBatch | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #away = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: QuotaServiceDependencies) {
    const { metrics } = deps;
    this.#unknownTiers = metrics.counter(
      'quota_unknown_tier_total',
      'Times that a tenant was found to have a tier that is not in the table',
    );
    metrics.gauge('quota_reconciled', '1 while daily limits are shared through the database', [], (gauge) =>
      gauge.set(this.#away ? 0 : 1),
    );
    metrics.gauge('usage_rows_waiting', 'Rows of usage not in the database yet', [], (gauge) =>
      gauge.set(this.#waiting),
    );
  }

  /**
   * Starts the background work.
   *
   * @throws AppError config.invalid when a tenant has a tier that is not in the table
   */
  async start(): Promise<void> {
    const { repository, tiers, logger } = this.deps;
    for (const { tier, tenant } of await repository.listTiers()) {
      if (Object.hasOwn(tiers, tier)) continue;
      const text = `the tier "${tier}" of the tenant ${tenant} is not in the table of tiers; add it to QUOTA_TIERS, or give the tenant another`;
      throw new AppError('caller', 'config.invalid', text);
    }
    await repository.pruneBatches().catch((error: unknown) => logger.warn({ err: error }, 'nothing pruned'));
    this.#timer ??= setInterval(() => void this.reconcile(), RECONCILE_MS).unref();
  }

  /** Stops it and writes down all usage. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.reconcile();
    if (this.#waiting > 0)
      this.deps.logger.error({ rows: this.#waiting }, 'usage is lost: the database is away');
    await this.deps.leases.close();
  }

  /** Who pays for what a principal asks; undefined when its tenant has to be read, which {@link load} does. */
  meterOf(principal: Principal): UsageMeter | undefined {
    const known = this.#meters.get(principal);
    if (known && !known.quota.retired) return known;
    const quota = this.#quotas.get(principal.tenant);
    if (!quota) return undefined;
    const { clock } = this.deps;
    const meter = new UsageMeter(quota, actorName(principal), this.#ledger, () => clock.now());
    this.#meters.set(principal, meter);
    return meter;
  }

  /** As {@link meterOf}, once the tenant has been read. */
  async load(principal: Principal): Promise<UsageMeter> {
    const { tenant } = principal;
    const quota = await this.#quotaOf(tenant).catch((error: unknown) => {
      this.deps.logger.warn(
        { err: error, tenant, tier: PRESUMED_TIER },
        'a tier is presumed: it cannot be read',
      );
      return undefined;
    });
    if (!quota && !this.#quotas.has(tenant)) this.#keep({ tenant, tier: PRESUMED_TIER, units: 0 });
    return this.meterOf(principal)!; // kept just now
  }

  /**
   * How a tenant stands; undefined when there is none of that name.
   *
   * @throws whatever the database throws
   */
  async stateOf(tenant: string): Promise<QuotaState | undefined> {
    return (await this.#quotaOf(tenant))?.state(this.deps.clock.now());
  }

  /**
   * Usage of a tenant by day and route, in no order, both days included: of all gateways as far as it has been written
   * down, and of this one up to now. A route may come twice.
   *
   * @throws whatever the database throws
   */
  async listUsage(tenant: string, fromDay: number, toDay: number): Promise<RouteUsage[]> {
    return this.#alone(async () => {
      const written = await this.deps.repository.listUsage(tenant, fromDay, toDay);
      const batch = this.#batch?.rows.filter((row) => row.tenant === tenant) ?? [];
      const waiting = [...batch, ...this.#ledger.waitingOf(tenant)]
        .filter(({ day }) => day >= fromDay && day <= toDay)
        .map((row): RouteUsage => ({ ...row, day: dayText(row.day) }));
      return [...written, ...waiting];
    });
  }

  /** Writes usage down and reads what all gateways have given out today. Never rejects. */
  reconcile(): Promise<void> {
    return this.#alone(() => this.#reconcile());
  }

  /** One after the other, so that nothing is seen halfway between memory and database. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  get #waiting(): number {
    return (this.#batch?.rows.length ?? 0) + this.#ledger.size;
  }

  async #reconcile(): Promise<void> {
    const { logger } = this.deps;
    try {
      await this.#write(); // what the database may not have taken the last time
      const rows = this.#ledger.drain();
      const active = this.#active();
      for (const quota of active) quota.daily?.beginRead();
      if (rows.length > 0) {
        this.#sequence += 1;
        this.#batch = { source: this.#source, sequence: this.#sequence, rows };
        await this.#write();
      }
      await this.#read(active);
      if (this.#away) logger.info('usage is written down again, and daily limits are shared');
      this.#away = false;
    } catch (error) {
      if (!this.#away) logger.warn({ err: error }, 'usage waits in memory; daily limits count per process');
      this.#away = true;
    }
  }

  async #write(): Promise<void> {
    if (!this.#batch) return;
    await this.deps.repository.add(this.#batch);
    this.#batch = undefined;
  }

  /** Those that asked lately; the others are forgotten once they have been idle for long. */
  #active(): TenantQuota[] {
    const nowMs = this.deps.clock.now();
    for (const quota of this.#quotas.values()) {
      if (!quota.idle || nowMs - quota.askedAt < IDLE_MS) continue;
      quota.retired = true;
      this.#quotas.delete(quota.tenant);
    }
    return [...this.#quotas.values()].filter(({ askedAt }) => nowMs - askedAt < 2 * RECONCILE_MS);
  }

  async #read(quotas: readonly TenantQuota[]): Promise<void> {
    if (quotas.length === 0) return;
    const day = dayOf(this.deps.clock.now());
    const tenants = quotas.map(({ tenant }) => tenant);
    for (const { tenant, tier, units } of await this.deps.repository.listStandings(tenants, day)) {
      const quota = this.#quotas.get(tenant);
      quota?.setTier(tier, this.#limitsOf(tier, tenant));
      quota?.daily?.endRead(day, units);
    }
  }

  /** Many requests of one new tenant ask the database once. */
  #quotaOf(tenant: string): Promise<TenantQuota | undefined> {
    const known = this.#quotas.get(tenant);
    if (known) return Promise.resolve(known);
    let loading = this.#loading.get(tenant);
    if (!loading) {
      loading = this.#load(tenant).finally(() => this.#loading.delete(tenant));
      this.#loading.set(tenant, loading);
    }
    return loading;
  }

  async #load(tenant: string): Promise<TenantQuota | undefined> {
    const day = dayOf(this.deps.clock.now());
    const [standing] = await this.deps.repository.listStandings([tenant], day);
    return this.#quotas.get(tenant) ?? (standing && this.#keep(standing, day));
  }

  #keep({ tenant, tier, units }: TenantStanding, day?: number): TenantQuota {
    const quota = new TenantQuota(tenant, tier, this.#limitsOf(tier, tenant), this.deps.leases);
    quota.askedAt = this.deps.clock.now();
    if (day !== undefined) quota.daily?.endRead(day, units);
    this.#quotas.set(tenant, quota);
    return quota;
  }

  /** A tier that nobody knows must neither keep a tenant out nor let it do as it likes. */
  #limitsOf(tier: string, tenant: string) {
    const { tiers, logger } = this.deps;
    const limits = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
    if (limits) return limits;
    this.#unknownTiers.inc();
    logger.error({ tenant, tier }, `this tier is not in the table: the tenant gets ${LEAST_TIER}`);
    return tiers[LEAST_TIER]!; // configuration cannot take it away
  }
}
