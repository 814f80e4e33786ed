import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Findings, RegionDrill } from '../drill.js';
import { untilCalm } from '../regions/calm.js';
import { counts, ForecastLoad, quantile, sum } from '../regions/load.js';
import { MARKET_SPEED } from '../regions/regions-base.js';
import type { RegionsRig } from '../regions/regions-rig.js';
import { processorSeconds, topUsers } from '../regions/processor-time.js';

/** Requests a second over all regions, the most first. */
const RATES = [1_000, 700, 500, 350, 250, 175, 125];
const HELD_MS = 30_000;
const CALM_MS = 60_000;
const RAMP_MS = 10_000;
/** The rate rises first, and then each process compiles what it runs often. */
const WARM_MS = 45_000;
const P95_MS = 100;
const MAY_FAIL = 0.01;

export const load: RegionDrill = {
  name: 'load',
  breaks: 'nothing: as many requests as there may be',
  steps: [
    'let the market go as fast as the clock, as it does for every region but those of the rig',
    `clients of every region read forecasts by its own edge, ${RATES[0]} a second in total`,
    `when one in a hundred fails, or the 95th percentile is not below ${P95_MS} ms, fewer, and so on`,
    'say which rate held, and whose processor time it took: the clients and all regions share the processors of this machine',
  ],
  barSeconds: 60,
  runInRegions: findRate,
};

interface Held {
  readonly rate: number;
  readonly requests: number;
  readonly failed: number;
  readonly p50: number;
  readonly p95: number;
  readonly told: string;
  readonly processors: string;
}

async function findRate(rig: RegionsRig): Promise<Findings> {
  await rig.base.setMarketSpeed(1);
  try {
    return await findRateAtRest(rig);
  } finally {
    await rig.base.setMarketSpeed(MARKET_SPEED);
  }
}

async function findRateAtRest(rig: RegionsRig): Promise<Findings> {
  const tried: Held[] = [];
  for (const rate of RATES) {
    await untilCalm(CALM_MS);
    tried.push(await measure(rig, rate));
    process.stderr.write(`…   ${said(tried.at(-1)!)}\n`);
    if (holds(tried.at(-1)!)) break;
  }
  const last = tried.at(-1)!;
  return {
    detectionMs: null,
    recoveryMs: 0,
    requests: last.requests,
    failed: last.failed,
    lost: 0,
    broken: last.rate === RATES[0] && holds(last) ? [] : [`${RATES[0]} requests a second were not held here`],
    remarks: tried.map(said),
  };
}

const holds = ({ requests, failed, p95 }: Held): boolean => p95 < P95_MS && failed / requests < MAY_FAIL;

function said({ rate, requests, failed, p50, p95, told, processors }: Held): string {
  const latency = `median ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
  const errors = `${failed} of ${requests} failed${told === '' ? '' : ` (${told})`}`;
  return `${rate}/s: ${latency}, ${errors}, load ${loadavg()[0]!.toFixed(1)}; processors: ${processors}`;
}

async function measure(rig: RegionsRig, rate: number): Promise<Held> {
  const { regions } = rig.base;
  const loads = regions.map(({ name }) =>
    new ForecastLoad(rig, name, 'inside', rate / regions.length, RAMP_MS).start(),
  );
  try {
    await delay(WARM_MS);
    for (const each of loads) each.begin();
    const before = processorSeconds(rig);
    await delay(HELD_MS);
    const processors = topUsers(before, processorSeconds(rig), HELD_MS / 1_000);
    const latencies = loads.flatMap(({ latenciesMs }) => latenciesMs);
    return {
      rate,
      requests: sum(loads.map(({ requests }) => requests)),
      failed: sum(loads.map(({ failed }) => failed)),
      p50: quantile(latencies, 0.5),
      p95: quantile(latencies, 0.95),
      told: loads
        .map(({ failures }) => counts(failures))
        .filter((each) => each !== '')
        .join(', '),
      processors,
    };
  } finally {
    await Promise.all(loads.map((each) => each.stop()));
  }
}
