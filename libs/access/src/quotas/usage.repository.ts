import type { DataSource } from 'typeorm';
import { dayText } from './quota-windows.js';
import type { UsageRow } from './usage-ledger.js';

/** Usage that was counted together and is written together, once. */
export interface UsageBatch {
  /** The process that counted. */
  readonly source: string;
  /** Higher for each batch of one process. */
  readonly sequence: number;
  readonly rows: readonly UsageRow[];
}

export interface TenantStanding {
  readonly tenant: string;
  readonly tier: string;
  /** Units of the day that was asked about, of all actors and gateways. */
  readonly units: number;
}

export interface RouteUsage {
  /** `2026-11-28` */
  readonly day: string;
  readonly route: string;
  readonly requests: number;
  readonly units: number;
  readonly refused: number;
}

/** Questions to the tables of usage and tiers. */
export class UsageRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds a batch; one that was added before changes nothing, so an answer that was lost can be asked for again. */
  async add({ source, sequence, rows }: UsageBatch): Promise<void> {
    const column = <T>(of: (row: UsageRow) => T): T[] => rows.map(of);
    await this.dataSource.query(
      `WITH claim AS (
         INSERT INTO usage_batches (source, sequence, at) VALUES ($1, $2, now())
         ON CONFLICT (source) DO UPDATE SET sequence = excluded.sequence, at = excluded.at
           WHERE usage_batches.sequence < excluded.sequence
         RETURNING 1)
       INSERT INTO usage_counts (tenant, day, actor, route, requests, units, refused)
       SELECT * FROM unnest($3::text[], $4::date[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[])
       WHERE EXISTS (SELECT FROM claim)
       ON CONFLICT (tenant, day, actor, route) DO UPDATE SET
         requests = usage_counts.requests + excluded.requests,
         units = usage_counts.units + excluded.units,
         refused = usage_counts.refused + excluded.refused`,
      [
        source,
        sequence,
        column(({ tenant }) => tenant),
        column(({ day }) => dayText(day)),
        column(({ actor }) => actor),
        column(({ route }) => route),
        column(({ requests }) => requests),
        column(({ units }) => units),
        column(({ refused }) => refused),
      ],
    );
  }

  /** Tier, and units of one day, of those tenants that exist. */
  async listStandings(tenants: readonly string[], day: number): Promise<TenantStanding[]> {
    const rows = await this.dataSource.query<{ id: string; tier: string; units: string }[]>(
      `SELECT id, tier, (SELECT coalesce(sum(units), 0) FROM usage_counts WHERE tenant = id AND day = $2) AS units
       FROM tenants WHERE id = ANY ($1)`,
      [[...tenants], dayText(day)],
    );
    return rows.map(({ id, tier, units }) => ({ tenant: id, tier, units: Number(units) }));
  }

  /** Usage of a tenant by day and route, latest day first; both days included. */
  async listUsage(tenant: string, fromDay: number, toDay: number): Promise<RouteUsage[]> {
    const rows = await this.dataSource.query<Record<keyof RouteUsage, string>[]>(
      `SELECT day::text, route, sum(requests) AS requests, sum(units) AS units, sum(refused) AS refused
       FROM usage_counts WHERE tenant = $1 AND day BETWEEN $2 AND $3
       GROUP BY day, route ORDER BY usage_counts.day DESC, route`,
      [tenant, dayText(fromDay), dayText(toDay)],
    );
    return rows.map(({ day, route, requests, units, refused }) => ({
      day,
      route,
      requests: Number(requests),
      units: Number(units),
      refused: Number(refused),
    }));
  }

  /** The tiers that tenants have, each with one of them. */
  async listTiers(): Promise<{ tier: string; tenant: string }[]> {
    return this.dataSource.query('SELECT tier, min(id) AS tenant FROM tenants GROUP BY tier ORDER BY tier');
  }

  /** Forgets processes that have long ended. */
  async pruneBatches(): Promise<void> {
    await this.dataSource.query(`DELETE FROM usage_batches WHERE at < now() - interval '7 days'`);
  }
}
