import { AppError } from '@btcforecast/platform/errors';
import { carryOut } from '../carry-out.js';
import type { DeployOptions, GateOptions } from '../deploy-options.js';
import { type Deployment, openDeployment, runsIn } from '../deployment.js';
import type { ServiceName } from '../driver.js';
import type { Step } from '../engine/step.js';
import { releasesOf } from '../state/run-history.js';
import type { Region } from '../topology/region.js';

export interface ScaleOptions extends DeployOptions, GateOptions {
  readonly wanted: { readonly service: ServiceName; readonly count: number };
}

/** `btcf deploy scale SERVICE=N`: so many instances in each region that was asked for. */
export async function scaleService(options: ScaleOptions): Promise<void> {
  const deployment = openDeployment(options);
  const { service, count } = options.wanted;
  const plans = await Promise.all(
    deployment.regions.map(({ name }) => planScale(deployment, name, service, count)),
  );
  await carryOut(deployment, {
    command: `scale ${service}=${count}`,
    release: null,
    plan: plans.flat(),
    wayBack: false,
    rules: { deadlineMs: options.deadline * 1_000 },
  });
}

/** Whoever asks predictions reads their names when it starts: it is made anew, one instance after another. */
async function planScale(
  { driver }: Deployment,
  region: string,
  service: ServiceName,
  count: number,
): Promise<Step[]> {
  const instances = await driver.instances(region);
  const own = instances.filter((each) => each.service === service);
  if (own.length === count) return [];
  const release = own.find((each) => each.release !== null)?.release;
  if (!release)
    throw new AppError(
      'caller',
      'request.invalid',
      `${service} does not run in ${region}: btcf deploy up starts it`,
    );
  const learning = service === 'prediction' ? instances.filter((each) => each.service !== service) : [];
  return [
    { id: `check ${region}`, kind: 'check', region, release },
    { id: `scale ${region}`, kind: 'scale', region, service, count, release },
    { id: `await ${region}`, kind: 'await', region },
    ...learning.map(({ name }): Step => ({
      id: `renew ${region} ${name}`,
      kind: 'renew',
      region,
      instance: name,
      release,
    })),
  ];
}

export interface AddRegionOptions extends DeployOptions, GateOptions {
  readonly name: string;
  readonly number: number;
  readonly networks?: readonly string[];
  readonly spillsTo?: readonly string[];
  readonly release?: string;
}

/** `btcf deploy add-region NAME`: writes its file, starts it beside the others, and tells them. */
export async function addRegion(options: AddRegionOptions): Promise<void> {
  const deployment = openDeployment({ ...options, region: undefined });
  const { allRegions, driver } = deployment;
  const release = options.release ?? releasesOf(runsIn(deployment))[0];
  if (!driver.recreate) throw invalid(`${driver.name} cannot add a region: write its file and its overlay`);
  if (release === undefined) throw invalid('the journal knows of no release yet: --release names one');
  const taken = allRegions.find(({ number, name }) => number === options.number && name !== options.name);
  if (taken) throw invalid(`the number ${options.number} is that of ${taken.name}: choose another`);
  await carryOut(deployment, {
    command: `add-region ${options.name}`,
    release: null,
    plan: planAddRegion(allRegions, options, release),
    wayBack: false,
    rules: { deadlineMs: options.deadline * 1_000 },
  });
}

/** etcd counts a member as soon as it is added, so the region starts right after; its neighbours learn of it at last. */
export function planAddRegion(
  all: readonly Region[],
  {
    name,
    number,
    networks = [],
    spillsTo,
  }: Pick<AddRegionOptions, 'name' | 'number' | 'networks' | 'spillsTo'>,
  release: string,
): Step[] {
  const others = all.filter((region) => region.name !== name);
  const names = others.map((region) => region.name);
  const values = {
    REGION: name,
    REGION_NUMBER: String(number),
    REGION_NETWORKS: networks.join(','),
    REGION_SPILLS_TO: (spillsTo ?? names.slice(0, 2)).join(','),
  };
  const via = (others.find(({ primary }) => primary) ?? others[0]!).name; // a deployment has a region
  const members = [...names, name];
  return [
    { id: 'write', kind: 'write-region', region: name, values },
    { id: 'secrets', kind: 'make-secrets', region: name },
    { id: 'check', kind: 'check', region: name, release },
    { id: 'join', kind: 'join-etcd', region: name, via },
    { id: 'start', kind: 'start-region', region: name, release, members, joins: true },
    { id: 'await', kind: 'await', region: name },
    { id: 'copies', kind: 'await-copies', region: via, regions: members },
    ...names.map((region): Step => ({
      id: `tell ${region}`,
      kind: 'recreate',
      region,
      servers: ['haproxy', 'haproxy-2'],
    })),
    {
      id: 'tell all',
      kind: 'recreate',
      region: 'global',
      servers: ['global-haproxy', 'global-haproxy-2', 'prometheus'],
    },
  ];
}

function invalid(message: string): AppError {
  return new AppError('caller', 'request.invalid', message);
}
