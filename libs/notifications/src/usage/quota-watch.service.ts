import type { Clock } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import { type EventRow, eventRow, recordEvents } from '../events/event-recorder.js';
import { databaseTime } from '../events/event-source.js';
import { dayEnd, type UsageReader, type UsageStanding } from './usage.reader.js';

/** Shares of the quota of the day at which a tenant is warned, the highest first. */
const WARNED_AT = [1, 0.8] as const;

/** Warns tenants that have used much of their quota of the day: once a day at each share. */
export class QuotaWatch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly usage: UsageReader,
    private readonly clock: Clock,
  ) {}

  /** @returns deliveries that were queued; what has been told already is told to nobody again */
  async warn(): Promise<number> {
    const nowMs = this.clock.now();
    const standings = (await this.usage.listStandings(nowMs)).filter(isToBeWarned);
    if (standings.length === 0) return 0;
    return this.dataSource.transaction(async (manager) => {
      const arrivedAt = await databaseTime(manager);
      const events = standings.map((standing) => warning(standing, nowMs, arrivedAt));
      return (await recordEvents(manager, events, nowMs)).length;
    });
  }
}

function isToBeWarned({ used, quota }: UsageStanding): boolean {
  return shareReached(used / quota) !== undefined;
}

function shareReached(share: number): number | undefined {
  return WARNED_AT.find((at) => share >= at);
}

function warning({ tenant, used, quota }: UsageStanding, nowMs: number, arrivedAt: string): EventRow {
  const share = used / quota;
  const resetsAt = new Date(dayEnd(nowMs)).toISOString();
  return eventRow({
    type: 'quota.warning',
    key: `${tenant} ${resetsAt} ${shareReached(share)}`,
    occurredAt: new Date(nowMs).toISOString(),
    arrivedAt,
    tenant,
    data: { used, quota, share, resetsAt },
  });
}
