import { setTimeout as delay } from 'node:timers/promises';
import { Ledger } from '../ledger.js';
import { ApiLedger } from './api-ledger.js';
import { counts, ForecastLoad, quantile, sum } from './load.js';
import { databaseUrl } from './record.js';
import type { RegionsRig } from './regions-rig.js';

const READS_PER_SECOND = 10;
/** All shaking hands at once keeps two processors busy for so long that balancers give regions up. */
const RAMP_MS = 10_000;

/** Clients of all regions at their work: who reads forecasts, who writes rows, who makes keys over the API. */
export class Clients {
  readonly startedAt = new Date();

  private constructor(
    readonly loads: readonly ForecastLoad[],
    readonly ledgers: ReadonlyMap<string, Ledger>,
    readonly keys: readonly ApiLedger[],
  ) {}

  /** Settled when all are at their full rate. @param drill for whom: rows of another drill are not counted */
  static async begin(rig: RegionsRig, drill: string): Promise<Clients> {
    const regions = rig.base.regions.map(({ name }) => name);
    const ledgers = new Map<string, Ledger>();
    for (const region of regions) {
      ledgers.set(region, await new Ledger(databaseUrl(rig, region), `${drill} ${region}`).start());
    }
    const loads = regions.flatMap((region) =>
      (['inside', 'outside'] as const).map((kind) =>
        new ForecastLoad(rig, region, kind, READS_PER_SECOND, RAMP_MS).start(),
      ),
    );
    await delay(RAMP_MS);
    return new Clients(
      loads,
      ledgers,
      regions.map((region) => new ApiLedger(rig, region)),
    );
  }

  /** Begins to count and to measure pauses anew, at the fault. */
  fault(): void {
    for (const load of this.loads) load.begin();
    for (const { writes } of this.ledgers.values()) writes.begin();
    for (const each of this.keys) each.begin();
  }

  /** Ends after the requests that are on their way; can be called again. */
  async stop(): Promise<void> {
    await Promise.allSettled([
      ...this.loads.map((load) => load.stop()),
      ...[...this.ledgers.values()].map(({ writes }) => writes.stop()),
      ...this.keys.map((each) => each.stop()),
    ]);
  }

  load(region: string, kind: 'inside' | 'outside'): ForecastLoad {
    return this.loads.find((load) => load.region === region && load.kind === kind)!;
  }

  /**
   * How many acknowledged rows and keys are not there.
   *
   * @param url where rows are looked for
   */
  async lost(url: string): Promise<number> {
    const rows = [...this.ledgers.values()].map((ledger) => ledger.lost(url));
    return sum(await Promise.all([...rows, this.keys[0]!.lost(this.keys)]));
  }

  /** Requests and failures of readers, and of those who make keys, in so far as they are not left out. */
  asked(leftOut: readonly ForecastLoad[] = []): { requests: number; failed: number } {
    const all = [...this.loads.filter((load) => !leftOut.includes(load)), ...this.keys];
    return {
      requests: sum(all.map(({ requests }) => requests)),
      failed: sum(all.map(({ failed }) => failed)),
    };
  }

  /** What was acknowledged, and what else was said, for the remarks. */
  remarks(): string[] {
    const rows = sum([...this.ledgers.values()].map(({ acknowledged }) => acknowledged.size));
    const made = sum(this.keys.map(({ acknowledged }) => acknowledged.size));
    const latencies = this.loads.flatMap(({ latenciesMs }) => latenciesMs);
    const told = merged([...this.loads, ...this.keys].map(({ failures }) => failures));
    return [
      `acknowledged: ${rows} rows, ${made} keys`,
      `latency of reads: median ${Math.round(quantile(latencies, 0.5))} ms, p95 ${Math.round(quantile(latencies, 0.95))} ms`,
      `requests sent once more, because their connection was lost: ${sum([...this.loads, ...this.keys].map(({ repeated }) => repeated))}`,
      ...(told.size > 0 ? [`those who failed were told: ${counts(told)}`] : []),
    ];
  }
}

function merged(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const each of all) for (const [what, count] of each) total.set(what, (total.get(what) ?? 0) + count);
  return total;
}
