import { planAddRegion } from '../../deploy/commands/size.js';
import type { Region } from '../../deploy/topology/region.js';
import type { Findings, RegionDrill } from '../drill.js';
import { deployInRig } from '../regions/deploy-in-rig.js';
import { counts, ForecastLoad } from '../regions/load.js';
import { postgresNodes, type RegionsRig, untilAllFound, untilRegionReady } from '../regions/regions-rig.js';
import { FIRST_RELEASE, RigDriver } from '../regions/rig-driver.js';

const SERVED_MS = 60_000;

/** As deploy/regions/ap-south.env would describe it. */
const FOURTH: Region = {
  name: 'ap-south',
  number: 4,
  primary: false,
  gateways: 1,
  predictions: 1,
  workers: 1,
  networks: ['10.4.0.0/16'],
  spillsTo: ['eu-west', 'us-east'],
};

export const regionAdded: RegionDrill = {
  name: 'region-added',
  breaks: 'nothing: a fourth region joins while the others work; it stays, so this is the last of a run',
  steps: [
    'in every region: read forecasts from inside and from outside, write rows through its HAProxy, make keys over the API',
    'carry out the plan of `btcf deploy add-region`: etcd, the region, then both HAProxy of every other, one after the other',
    'wait until clients of its network are served by it; no request of the others may fail',
  ],
  barSeconds: 600,
  runInRegions: add,
};

async function add(rig: RegionsRig): Promise<Findings> {
  const { base } = rig;
  const others = base.regions;
  const command = regionAdded.name;
  const { result, findings } = await deployInRig(rig, {
    command,
    driver: new RigDriver(rig),
    release: FIRST_RELEASE,
    plan: planAddRegion(others, FOURTH, FIRST_RELEASE).filter(({ kind }) => !DONE_BY_RIG.has(kind)),
    before: () => base.join(FOURTH, etcdOf([...others, FOURTH])),
  });
  rig.cluster.nodes = postgresNodes(base);
  await rig.cluster.whole();
  await untilRegionReady(base, FOURTH.name, rig.key);
  await untilAllFound(base);
  return {
    ...findings,
    broken: [
      ...findings.broken,
      ...(result.outcome === 'done' ? [] : [`it ended as ${result.outcome}: ${result.detail}`]),
    ],
    remarks: [`clients of its network were served by ${await servedBy(rig)}`, ...findings.remarks],
  };
}

/** The rig writes files in its own folder, and has made certificates for a fourth region. */
const DONE_BY_RIG: ReadonlySet<string> = new Set(['write-region', 'make-secrets']);

/** What its etcd has to know when it joins. */
function etcdOf(regions: readonly Region[]): Record<string, string> {
  return {
    ETCD_INITIAL_CLUSTER: regions.map(({ name }) => `${name}=https://etcd-${name}:2380`).join(','),
    ETCD_INITIAL_CLUSTER_STATE: 'existing',
  };
}

/** @throws AppError when none of them is served by the new region */
async function servedBy(rig: RegionsRig): Promise<string> {
  const theirs = new ForecastLoad(rig, FOURTH.name, 'outside', 5).start();
  try {
    await rig.base.waitUntil(
      'its clients are served by it',
      () => theirs.servedBy.has(FOURTH.name),
      SERVED_MS,
    );
    return counts(theirs.servedBy);
  } finally {
    await theirs.stop();
  }
}
