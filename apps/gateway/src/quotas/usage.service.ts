import { Inject, Injectable } from '@nestjs/common';
import { dayOf, type Principal, QuotaService, type RouteUsage } from '@btcforecast/access';
import type { UsageQuery, UsageReply } from '@btcforecast/contracts';
import { AppError, Clock } from '@btcforecast/platform';

const USUAL_DAYS = 30;

/** What tenants may use and have used. */
@Injectable()
export class UsageService {
  constructor(
    @Inject(QuotaService) private readonly quotas: QuotaService,
    private readonly clock: Clock,
  ) {}

  /**
   * Usage of the tenant of whoever asks; an admin may name another.
   *
   * @throws AppError request.not_found when the tenant does not exist, or is another's
   */
  async usage(client: Principal, query: UsageQuery): Promise<UsageReply> {
    const tenant = query.tenant ?? client.tenant;
    const mayAsk = tenant === client.tenant || client.roles.includes('admin');
    const state = mayAsk ? await this.quotas.stateOf(tenant) : undefined;
    if (!state)
      throw new AppError('caller', 'request.not_found', `there is no tenant ${tenant} that you may see`);
    const toDay = query.to === undefined ? dayOf(this.clock.now()) : dayOf(Date.parse(query.to));
    const fromDay = query.from === undefined ? toDay - USUAL_DAYS : dayOf(Date.parse(query.from));
    const { tier, ...limits } = state;
    return { tenant, tier, limits, data: byDay(await this.quotas.listUsage(tenant, fromDay, toDay)) };
  }
}

type Counts = Pick<RouteUsage, 'requests' | 'units' | 'refused'>;

function byDay(rows: readonly RouteUsage[]): UsageReply['data'] {
  const days = Map.groupBy(rows, ({ day }) => day);
  return [...days]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([day, ofDay]) => ({ day, ...sum(ofDay), routes: byRoute(ofDay) }));
}

function byRoute(rows: readonly RouteUsage[]): UsageReply['data'][number]['routes'] {
  const routes = Map.groupBy(rows, ({ route }) => route);
  return [...routes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([route, ofRoute]) => ({ route, ...sum(ofRoute) }));
}

function sum(rows: readonly Counts[]): Counts {
  const total = { requests: 0, units: 0, refused: 0 };
  for (const { requests, units, refused } of rows) {
    total.requests += requests;
    total.units += units;
    total.refused += refused;
  }
  return total;
}
