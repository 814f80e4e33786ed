import { setTimeout as delay } from 'node:timers/promises';
import type { Findings, RegionDrill } from '../drill.js';
import { untilCalm } from '../regions/calm.js';
import { Clients } from '../regions/clients.js';
import type { Container } from '../regions/container.js';
import { faultsOfRecord, nodeUrl } from '../regions/record.js';
import type { RegionsRig } from '../regions/regions-rig.js';

const SETTLED_MS = 10_000;
const PAUSE_MS = 15_000;
const BACK_MS = 120_000;
/** Of all requests, one in a thousand may fail. */
const MAY_FAIL = 0.001;

/** One of each kind, by its name in the compose file; those of the first region where there are several. */
const KINDS = [
  'gateway-1',
  'prediction-1',
  'worker-1',
  'market-data',
  'redis-cache-1',
  'redis-queue-1',
  'sentinel-1',
  'nginx',
  'haproxy',
  'etcd',
  'postgres',
];
const ONCE_KINDS = ['global-haproxy', 'varnish', 'prometheus', 'alertmanager'];

export const processKilled: RegionDrill = {
  name: 'process-killed',
  breaks: 'kill -9 of one process of each kind, one after another',
  steps: [
    'in every region: read forecasts from inside and from outside, write rows through its HAProxy, make keys over the API',
    `in the region of the primary kill -9 ${KINDS.join(', ')}; then ${ONCE_KINDS.join(', ')}`,
    'after each wait until it was started again, by the restart policy, is healthy, and the machine has calmed down',
    'compare what was acknowledged with what is there; of all requests less than one in a thousand may fail',
  ],
  barSeconds: 30,
  runInRegions: killEach,
};

async function killEach(rig: RegionsRig): Promise<Findings> {
  const { base, cluster } = rig;
  const region = (await cluster.until('a node leads', () => cluster.leader())).host.replace('postgres-', '');
  const clients = await Clients.begin(rig, processKilled.name);
  const took = new Map<string, string>();
  let longestMs = 0;
  try {
    await delay(SETTLED_MS);
    clients.fault();
    for (const name of [...KINDS.map((kind) => `${region}-${kind}`), ...ONCE_KINDS]) {
      const before = clients.asked().failed;
      const backMs = await killOne(rig, base.container(name));
      // One fault at a time: what this one set going has to be over before the next.
      await untilCalm(PAUSE_MS);
      await cluster.whole();
      longestMs = Math.max(longestMs, backMs);
      took.set(name, `${(backMs / 1_000).toFixed(1)} s (${clients.asked().failed - before} requests failed)`);
    }
    await cluster.whole();
    await clients.stop();
    return await findings(rig, clients, { took, longestMs });
  } finally {
    await clients.stop();
  }
}

/** @returns milliseconds until it is healthy again */
async function killOne({ base, cluster, starter }: RegionsRig, container: Container): Promise<number> {
  const start = performance.now();
  const killed = container.pid;
  container.kill();
  await base.waitUntil(
    `${container.name} is healthy again`,
    async () => container.pid !== null && container.pid !== killed && (await starter.isHealthy(container)),
    BACK_MS,
  );
  if (container.name.endsWith('-postgres')) await cluster.whole();
  return performance.now() - start;
}

async function findings(
  rig: RegionsRig,
  clients: Clients,
  { took, longestMs }: { took: ReadonlyMap<string, string>; longestMs: number },
): Promise<Findings> {
  const url = nodeUrl(rig, (await rig.cluster.leader())!.host);
  const { requests, failed } = clients.asked();
  return {
    detectionMs: null,
    recoveryMs: longestMs,
    requests,
    failed,
    lost: await clients.lost(url),
    broken: [
      ...(failed / requests > MAY_FAIL
        ? [`${((failed / requests) * 100).toFixed(2)} % of the requests failed`]
        : []),
      ...(await faultsOfRecord(url, clients.startedAt)),
    ],
    remarks: [...[...took].map(([name, ms]) => `${name} back after ${ms}`), ...clients.remarks()],
  };
}
