import { AppError } from '@btcforecast/platform/errors';
import { carryOut, say } from '../carry-out.js';
import type { DeployOptions, GateOptions } from '../deploy-options.js';
import { type Deployment, openDeployment, runsIn } from '../deployment.js';
import type { Step } from '../engine/step.js';
import { releasesOf } from '../state/run-history.js';
import type { Region } from '../topology/region.js';

export interface UpOptions extends DeployOptions, GateOptions {
  readonly release?: string;
}

/** `btcf deploy up`: starts whatever does not run. What runs stays, and keeps its release. */
export async function startRegions(options: UpOptions): Promise<void> {
  const deployment = openDeployment(options);
  const release = releaseOf(deployment, options.release);
  const others = await otherReleases(deployment, release);
  if (others.length > 0) {
    say(
      `${others.join(', ')} run another release and stay so: btcf deploy update --release ${release} changes them`,
    );
  }
  const isWhole = options.region === undefined;
  await carryOut(deployment, {
    command: `up --release ${release}`,
    release,
    plan: planUp(deployment.regions, release, isWhole),
    wayBack: false,
    rules: { deadlineMs: options.deadline * 1_000 },
  });
}

/**
 * Members of etcd come first, all of them: a majority has to be there before PostgreSQL is. Then the region of the
 * primary, which makes the database that the others copy, and at last what there is once.
 */
export function planUp(regions: readonly Region[], release: string, withGlobal: boolean): Step[] {
  const ordered = [...regions].sort((one, other) => Number(other.primary) - Number(one.primary));
  const members = regions.map(({ name }) => name);
  const start = (region: string, only?: string[]): Step => ({
    id: `start ${region}${only ? ` ${only.join(' ')}` : ''}`,
    kind: 'start-region',
    region,
    release,
    members,
    joins: false,
    ...(only && { only }),
  });
  return [
    ...ordered.map(({ name }): Step => ({ id: `check ${name}`, kind: 'check', region: name, release })),
    ...(ordered.length > 1 ? ordered.map(({ name }) => start(name, ['etcd'])) : []),
    ...ordered.map(({ name }) => start(name)),
    ...ordered.map(({ name }): Step => ({ id: `await ${name}`, kind: 'await', region: name })),
    ...(withGlobal ? [start('global')] : []),
  ];
}

function releaseOf(deployment: Deployment, given: string | undefined): string {
  const known = given ?? releasesOf(runsIn(deployment))[0];
  if (known !== undefined) return known;
  const message = 'the journal knows of no release yet: --release names one';
  throw new AppError('caller', 'request.invalid', message);
}

async function otherReleases({ driver, regions }: Deployment, release: string): Promise<string[]> {
  const all = (await Promise.all(regions.map(({ name }) => driver.instances(name)))).flat();
  return all
    .filter((each) => each.release !== null && each.release !== release)
    .map(({ region, name, release: other }) => `${region} ${name} (${other})`);
}
