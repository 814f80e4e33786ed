import { createDataSource } from '@btcforecast/database';
import { createLeaseStore, createLogger, ManualClock, Metrics } from '@btcforecast/platform';
import { testDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import type { Principal } from '../principal.js';
import { DAY_MS, dayOf } from './quota-windows.js';
import { QuotaService } from './quota.service.js';
import { TIERS, type TierTable } from './tiers.js';
import type { UsageMeter } from './usage-meter.js';
import { UsageRepository } from './usage.repository.js';

/** The beginning of a day. */
export const START = 20_000 * DAY_MS;
export const TODAY = dayOf(START);

export interface QuotaOptions {
  readonly tiers?: TierTable;
  readonly clock?: ManualClock;
  readonly redisUrl?: string;
  /** Default: one for all. */
  readonly source?: DataSource;
}

/** The quotas of as many gateways as a test likes, on one database of its own. */
export class QuotaFixture {
  #tenants = 0;
  readonly #open: QuotaService[] = [];

  private constructor(
    private readonly url: string,
    readonly dataSource: DataSource,
    private readonly drop: () => Promise<void>,
  ) {}

  static async start(): Promise<QuotaFixture> {
    const { url, drop } = await testDatabase();
    const dataSource = await connect(url);
    return new QuotaFixture(url, dataSource, async () => {
      await dataSource.destroy();
      await drop();
    });
  }

  close(): Promise<void> {
    return this.drop();
  }

  connect(): Promise<DataSource> {
    return connect(this.url);
  }

  /** Name of a new tenant. */
  async tenant(tier = 'standard'): Promise<string> {
    this.#tenants += 1;
    const id = `tenant-${this.#tenants}`;
    await this.dataSource.query('INSERT INTO tenants (id, name, tier) VALUES ($1, $1, $2)', [id, tier]);
    return id;
  }

  service({ tiers = TIERS, clock = new ManualClock(START), redisUrl, source }: QuotaOptions = {}) {
    const lines: string[] = [];
    const destination = { write: (line: string) => lines.push(line) };
    const logger = createLogger('test', { level: 'info', destination });
    const metrics = new Metrics({ service: 'test', region: 'solo' });
    const leases = createLeaseStore({ redisUrl, logger, metrics });
    const repository = new UsageRepository(source ?? this.dataSource);
    const quotas = new QuotaService({ repository, leases, tiers, clock, logger, metrics });
    this.#open.push(quotas);
    return { quotas, clock, lines, metrics };
  }

  /** An orderly stop of all services. */
  async closeServices(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((each) => each.close()));
  }

  /** What is written down of a tenant: requests, units and refused requests, in the order of days. */
  async usageOf(tenant: string): Promise<number[][]> {
    const rows = await this.dataSource.query<{ requests: string; units: string; refused: string }[]>(
      'SELECT requests, units, refused FROM usage_counts WHERE tenant = $1 ORDER BY day, actor, route',
      [tenant],
    );
    return rows.map((row) => [Number(row.requests), Number(row.units), Number(row.refused)]);
  }
}

export function principal(tenant: string, id = 'k1'): Principal {
  const rights = { roles: [], permissions: new Set<never>(), instruments: null, horizons: null };
  return { kind: 'key', id, tenant, name: 'test', ...rights };
}

/** A table with a tier of a test's own beside the others. */
export function limits(burst: number | null, daily: number | null): TierTable {
  return { ...TIERS, tight: { burst, daily, concurrent: null } };
}

/** As many as ask at once; how many of them were let in. */
export async function ask(meter: UsageMeter, times: number, cost = 1): Promise<number> {
  const refusals = await Promise.all(Array.from({ length: times }, async () => meter.take('GET /x', cost)));
  return refusals.filter((refusal) => refusal === undefined).length;
}

function connect(url: string): Promise<DataSource> {
  return createDataSource({ url, applicationName: 'test' }).initialize();
}
