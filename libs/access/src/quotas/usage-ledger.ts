import { DAY_MS, dayOf } from './quota-windows.js';

/** What one actor asked of one route on one day. */
export interface UsageRow {
  readonly tenant: string;
  readonly actor: string;
  /** Number of the day (UTC) since the epoch. */
  readonly day: number;
  readonly route: string;
  readonly requests: number;
  readonly units: number;
  /** Requests that a quota refused; they are not among `requests` and cost nothing. */
  readonly refused: number;
}

interface Count {
  requests: number;
  units: number;
  refused: number;
}

/** Whose usage is counted together. */
export interface UsageAccount {
  readonly tenant: string;
  readonly actor: string;
  /** By route, since the ledger was last drained. */
  readonly counts: Map<string, Count>;
}

/** Usage that is not in the database yet. One request costs one look into a map. */
export class UsageLedger {
  readonly #accounts = new Set<UsageAccount>();
  #day = 0;
  #dayEndsAt = 0;
  /** Of days that are over. */
  #closed: UsageRow[] = [];

  request(account: UsageAccount, route: string, units: number, nowMs: number): void {
    const count = this.#countOf(account, route, nowMs);
    count.requests += 1;
    count.units += units;
  }

  /** More units for a request that has been counted. */
  more(account: UsageAccount, route: string, units: number, nowMs: number): void {
    this.#countOf(account, route, nowMs).units += units;
  }

  refusal(account: UsageAccount, route: string, nowMs: number): void {
    this.#countOf(account, route, nowMs).refused += 1;
  }

  /** Everything since it was last drained, one row for each actor, day and route, in their order. */
  drain(): UsageRow[] {
    const rows = [...this.#closed, ...this.#open()];
    this.#closed = [];
    for (const { counts } of this.#accounts) counts.clear();
    this.#accounts.clear();
    return merged(rows);
  }

  /** Rows that {@link drain} would give, or a few more. */
  get size(): number {
    return [...this.#accounts].reduce((sum, { counts }) => sum + counts.size, this.#closed.length);
  }

  /** As {@link drain}, for one tenant, and it all stays. */
  waitingOf(tenant: string): UsageRow[] {
    return merged([...this.#closed, ...this.#open()].filter((row) => row.tenant === tenant));
  }

  #countOf(account: UsageAccount, route: string, nowMs: number): Count {
    if (nowMs >= this.#dayEndsAt) this.#turn(nowMs);
    let count = account.counts.get(route);
    if (count) return count;
    count = { requests: 0, units: 0, refused: 0 };
    account.counts.set(route, count);
    this.#accounts.add(account);
    return count;
  }

  #turn(nowMs: number): void {
    this.#closed.push(...this.#open());
    for (const { counts } of this.#accounts) counts.clear();
    this.#accounts.clear();
    this.#day = dayOf(nowMs);
    this.#dayEndsAt = (this.#day + 1) * DAY_MS;
  }

  #open(): UsageRow[] {
    const day = this.#day;
    return [...this.#accounts].flatMap(({ tenant, actor, counts }) =>
      [...counts].map(([route, count]) => ({ tenant, actor, day, route, ...count })),
    );
  }
}

/** Two accounts may be of one actor. The order is one in which several gateways can write without a deadlock. */
function merged(rows: readonly UsageRow[]): UsageRow[] {
  const byKey = new Map<string, UsageRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.tenant, row.day, row.actor, row.route]);
    const known = byKey.get(key);
    byKey.set(key, known ? { ...row, ...sums(known, row) } : row);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function sums(a: Count, b: Count): Count {
  return { requests: a.requests + b.requests, units: a.units + b.units, refused: a.refused + b.refused };
}
