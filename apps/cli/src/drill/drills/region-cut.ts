import { setTimeout as delay } from 'node:timers/promises';
import type { Findings, RegionDrill } from '../drill.js';
import { type Gaps, withClient } from '../ledger.js';
import { Clients } from '../regions/clients.js';
import { counts, type ForecastLoad } from '../regions/load.js';
import { databaseUrl, faultsOfRecord, nodeUrl, unstored } from '../regions/record.js';
import type { RegionsRig } from '../regions/regions-rig.js';
import { WriteProbe } from '../write-probe.js';

const CUT_MS = 70_000;
const SETTLED_MS = 15_000;
const WHOLE_MS = 180_000;
const CAUGHT_UP_MS = 120_000;
/** So many origins inside at least: two or three candles close meanwhile. */
const FRESH_AT_LEAST = 2;
/** What was made elsewhere before the cut may be seen inside so long after it. */
const ON_THE_WAY_MS = 3_000;
/** Reads are to go on elsewhere within ten seconds; a drill fails at twice that. */
const READS_STOP_MS = 20_000;

const STEPS = [
  'in every region: read forecasts from inside and from outside, write rows through its HAProxy, make keys over the API',
  `cut the region off from all others for ${CUT_MS / 1_000} s, while its clients inside go on`,
  'join it again; wait until PostgreSQL is whole and the region serves the same forecasts as the others',
  'compare what was acknowledged, and what was shown inside, with what is there, which node took which write, and the record with the clock',
];

/** A region that is not the primary's, but has the synchronous standby: the worse of the two. */
export const regionCut: RegionDrill = {
  name: 'region-cut',
  breaks: 'the network around the region of the synchronous standby',
  steps: STEPS,
  barSeconds: 30,
  runInRegions: async (rig) => {
    const standby = await rig.cluster.until('a synchronous standby is there', () =>
      rig.cluster.synchronousStandby(),
    );
    return cut(rig, regionOf(standby.host), regionCut.name);
  },
};

export const primaryRegionCut: RegionDrill = {
  name: 'primary-region-cut',
  breaks: 'the network around the region of the primary',
  steps: STEPS,
  barSeconds: 30,
  runInRegions: async (rig) => {
    const leader = await rig.cluster.until('a node leads', () => rig.cluster.leader());
    return cut(rig, regionOf(leader.host), primaryRegionCut.name);
  },
};

const regionOf = (host: string): string => host.replace('postgres-', '');

async function cut(rig: RegionsRig, region: string, name: string): Promise<Findings> {
  const { base, cluster } = rig;
  const scene = await Scene.begin(rig, region, name);
  try {
    await delay(SETTLED_MS);
    scene.clients.fault();
    await base.wan.cut(region);
    const cutAt = performance.now();
    await delay(CUT_MS);
    const own = scene.insideDuring(cutAt);
    await base.wan.join(region);
    const joinedAt = performance.now();
    await cluster.whole(WHOLE_MS);
    await base.waitUntil('the region has caught up', () => scene.caughtUp(joinedAt), CAUGHT_UP_MS);
    const backMs = performance.now() - joinedAt;
    await base.waitUntil('all that was shown inside is stored', () => scene.allStored(), CAUGHT_UP_MS);
    await scene.stop();
    return await scene.findings(own, backMs);
  } finally {
    await base.wan.join(region);
    await scene.stop();
  }
}

/** What those inside of a region had that was cut off. */
interface Inside {
  /** Forecasts of new origins. */
  readonly fresh: number;
  readonly pauseMs: number;
  readonly failed: number;
  readonly requests: number;
  readonly told: string;
}

/** For how long nothing was answered, milliseconds. */
interface Pauses {
  readonly reads: number;
  readonly rows: number;
  readonly keys: number;
}

/** Clients everywhere, and what they saw of one region that is cut off. */
class Scene {
  private constructor(
    private readonly rig: RegionsRig,
    private readonly region: string,
    readonly clients: Clients,
    private readonly probe: WriteProbe,
  ) {}

  static async begin(rig: RegionsRig, region: string, name: string): Promise<Scene> {
    await withClient(databaseUrl(rig, region), (client) =>
      client.query('CREATE TABLE IF NOT EXISTS probe (at timestamptz DEFAULT now())'),
    );
    const clients = await Clients.begin(rig, name);
    return new Scene(
      rig,
      region,
      clients,
      new WriteProbe(rig.cluster.nodes, ({ host }) => nodeUrl(rig, host)),
    );
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.clients.stop(), this.probe.stop()]);
  }

  insideDuring(cutAt: number): Inside {
    const { origins, gaps, failed, requests, failures } = this.#inside;
    const fresh = [...origins.values()].filter((at) => at > cutAt + ON_THE_WAY_MS).length;
    return { fresh, pauseMs: gaps.longestMs, failed, requests, told: counts(failures) };
  }

  /**
   * Whether those inside and those elsewhere see the same newest origin, first seen after the join.
   *
   * @throws Error that says what they see, when not
   */
  caughtUp(joinedAt: number): boolean {
    const [inside, at] = [...this.#inside.origins].at(-1) ?? ['nothing', 0];
    const others = this.clients.loads.find(
      ({ region, kind }) => region !== this.region && kind === 'inside',
    )!;
    const elsewhere = [...others.origins.keys()].at(-1);
    if (at > joinedAt && elsewhere === inside) return true;
    throw new Error(`inside ${inside} (${counts(this.#inside.failures)}), elsewhere ${elsewhere}`);
  }

  /**
   * Whether each forecast that those inside ever saw is in the record.
   *
   * @throws Error that says how many are not
   */
  async allStored(): Promise<boolean> {
    const { rig } = this;
    const missing = await unstored(nodeUrl(rig, (await rig.cluster.leader())!.host), this.#inside.ids);
    if (missing === 0) return true;
    throw new Error(`${missing} of ${this.#inside.ids.size} forecasts that were shown inside are not stored`);
  }

  get #inside(): ForecastLoad {
    return this.clients.load(this.region, 'inside');
  }

  async findings(own: Inside, backMs: number): Promise<Findings> {
    const { clients, rig } = this;
    const pauses = this.#pauses();
    const url = nodeUrl(rig, (await rig.cluster.leader())!.host);
    const overlaps = this.probe.overlaps();
    return {
      detectionMs: pauses.reads,
      recoveryMs: Math.max(pauses.rows, pauses.keys),
      ...clients.asked([this.#inside]),
      lost: await clients.lost(url),
      broken: [
        ...(pauses.reads > READS_STOP_MS ? [`reads elsewhere stopped for ${whole(pauses.reads)} ms`] : []),
        ...(own.fresh < FRESH_AT_LEAST
          ? [`the region that was cut off made forecasts of ${own.fresh} origins for those inside`]
          : []),
        ...(overlaps.length > 0 ? [`two nodes took writes: ${overlaps.length}, first ${overlaps[0]}`] : []),
        ...(await faultsOfRecord(url, clients.startedAt)),
      ],
      remarks: this.#remarks(own, pauses, backMs),
    };
  }

  /** The longest for anybody who is not inside of the cut region. */
  #pauses(): Pauses {
    const { loads, ledgers, keys } = this.clients;
    const longest = (all: readonly { readonly gaps: Gaps }[]): number =>
      Math.max(...all.map(({ gaps }) => gaps.longestMs));
    return {
      reads: longest(loads.filter((load) => load !== this.#inside)),
      rows: longest(
        [...ledgers].filter(([region]) => region !== this.region).map(([, { writes }]) => writes),
      ),
      keys: longest(keys),
    };
  }

  #remarks(own: Inside, pauses: Pauses, backMs: number): string[] {
    const outside = this.clients.load(this.region, 'outside');
    return [
      `${this.region} cut off for ${CUT_MS / 1_000} s; all whole, and it level with the others, ${whole(backMs)} ms after`,
      `longest pause elsewhere: reads ${whole(pauses.reads)} ms, rows ${whole(pauses.rows)} ms, keys ${whole(pauses.keys)} ms`,
      `its clients from outside were served by ${counts(outside.servedBy)}`,
      `inside, while cut off: ${own.fresh} new forecasts, ${own.failed} of ${own.requests} requests failed (${own.told}), longest pause ${whole(own.pauseMs)} ms`,
      `two nodes said to be primary for ${whole(this.probe.bothPrimaryMs)} ms`,
      ...this.clients.remarks(),
    ];
  }
}

const whole = Math.round;
