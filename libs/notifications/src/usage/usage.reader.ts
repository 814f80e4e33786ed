import { DataSource } from 'typeorm';

const DAY_MS = 86_400_000;

/** Units a day of a tier; null: as many as it likes. */
export type DailyQuota = (tier: string) => number | null;

/** How a tenant stands with its quota of the day. */
export interface UsageStanding {
  readonly tenant: string;
  /** Units, of all gateways as far as they have written them down. */
  readonly used: number;
  readonly quota: number;
}

const STANDINGS = `SELECT t.id AS tenant, t.tier, u.units FROM tenants t CROSS JOIN LATERAL (
    SELECT coalesce(sum(units), 0) AS units FROM usage_counts WHERE tenant = t.id AND day = $1
  ) AS u`;

/** What tenants have used of their quotas. By the wall clock, as quotas are, whatever market is followed. */
export class UsageReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly quotaOf: DailyQuota,
  ) {}

  /** Of every tenant that has a quota, on the day (UTC) of an instant, wall time, ms. */
  async listStandings(nowMs: number): Promise<UsageStanding[]> {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const rows = await this.dataSource.query<{ tenant: string; tier: string; units: string }[]>(STANDINGS, [
      day,
    ]);
    return rows.flatMap(({ tenant, tier, units }) => {
      const quota = this.quotaOf(tier);
      return quota === null ? [] : [{ tenant, used: Number(units), quota }];
    });
  }
}

/** When the day of the quota ends, ms. */
export function dayEnd(nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
}
