import { planUpdate } from '../../deploy/engine/plan-update.js';
import type { RegionDrill } from '../drill.js';
import { deployInRig, type Deployed } from '../regions/deploy-in-rig.js';
import type { RegionsRig } from '../regions/regions-rig.js';
import { BAD_RELEASE, NEXT_RELEASE, RigDriver } from '../regions/rig-driver.js';

const WATCH_SECONDS = 5;
const CLIENTS =
  'in every region: read forecasts from inside and from outside, write rows through its HAProxy, make keys over the API';

export const rollingUpdate: RegionDrill = {
  name: 'rolling-update',
  breaks: 'nothing: all services of all regions are replaced, one instance after another',
  steps: [
    CLIENTS,
    'update to another release with the engine of `btcf deploy`: migrate, then region after region',
    'no request may fail',
  ],
  barSeconds: 900,
  runInRegions: async (rig) => {
    const { result, steps, findings } = await updateTo(rig, rollingUpdate.name, NEXT_RELEASE);
    const replaced = steps.filter(({ kind }) => kind === 'replace').length;
    return {
      ...findings,
      broken: [
        ...findings.broken,
        ...(result.outcome === 'done' ? [] : [`the update ended as ${result.outcome}: ${result.detail}`]),
      ],
      remarks: [`${replaced} instances were replaced`, ...findings.remarks],
    };
  },
};

export const badRelease: RegionDrill = {
  name: 'bad-release',
  breaks: 'a release whose programs end at once',
  steps: [
    CLIENTS,
    'update to the bad release with the engine of `btcf deploy`',
    'it stops at the first instance and takes it back by itself; no request may fail',
  ],
  barSeconds: 120,
  runInRegions: async (rig) => {
    const { result, steps, findings } = await updateTo(rig, badRelease.name, BAD_RELEASE);
    const given = steps.filter((step) => step.kind === 'replace' && step.to === BAD_RELEASE);
    return {
      ...findings,
      broken: [
        ...findings.broken,
        ...(result.outcome === 'taken-back'
          ? []
          : [`the update ended as ${result.outcome}: ${result.detail}`]),
        ...(given.length === 1 ? [] : [`${given.length} instances got the bad release`]),
      ],
      remarks: [result.detail, ...findings.remarks],
    };
  },
};

async function updateTo(rig: RegionsRig, command: string, release: string): Promise<Deployed> {
  const driver = new RigDriver(rig);
  const regions = await Promise.all(
    rig.base.regions.map(async ({ name, primary }) => ({
      name,
      primary,
      instances: await driver.instances(name),
    })),
  );
  const plan = planUpdate(regions, { release, byService: false, watchSeconds: WATCH_SECONDS, migrate: true });
  return deployInRig(rig, { command, driver, release, plan });
}
