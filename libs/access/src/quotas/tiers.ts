/** What a tenant may use; null: as much as it likes. */
export interface TierLimits {
  /** Units a minute. */
  readonly burst: number | null;
  /** Units a day (UTC). */
  readonly daily: number | null;
  /** Requests being answered at the same time. */
  readonly concurrent: number | null;
}

export type TierTable = Readonly<Record<string, TierLimits>>;

/** Gets whoever has a tier that is not in the table, until that is put right. */
export const LEAST_TIER = 'free';

/** The tiers. `tenants.tier` names one; configuration may change them and add others (QUOTA_TIERS). */
export const TIERS = {
  free: { burst: 120, daily: 10_000, concurrent: 5 },
  standard: { burst: 1_200, daily: 200_000, concurrent: 25 },
  pro: { burst: 12_000, daily: 5_000_000, concurrent: 100 },
  unlimited: { burst: null, daily: null, concurrent: null },
} as const satisfies TierTable;
