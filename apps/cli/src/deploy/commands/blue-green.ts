import { AppError } from '@btcforecast/platform/errors';
import { carryOut, say } from '../carry-out.js';
import type { DeployOptions, GateOptions } from '../deploy-options.js';
import { type Deployment, openDeployment, runsIn } from '../deployment.js';
import type { Instance } from '../driver.js';
import type { Step } from '../engine/step.js';
import { releasesOf } from '../state/run-history.js';

export interface BlueGreenOptions extends DeployOptions, GateOptions {
  readonly release?: string;
  /** The second set stays: the first is brought to its release, and the second goes. */
  readonly accept?: boolean;
  /** The first set serves again, and the second goes. */
  readonly back?: boolean;
}

/** `btcf deploy blue-green`: a second set beside the first takes over at once, and gives back at once. */
export async function blueGreen(options: BlueGreenOptions): Promise<void> {
  const deployment = openDeployment(options);
  const beside = await besideOf(deployment);
  const rules = { deadlineMs: options.deadline * 1_000 };
  if (options.accept || options.back) {
    if (beside.length === 0) return say('there is no second set');
    const release = releaseNow(deployment);
    const plan = options.accept ? planAccept(beside, release) : planBack(beside);
    const command = `blue-green ${options.accept ? '--accept' : '--back'}`;
    const after = options.accept ? release : (releasesOf(runsIn(deployment))[1] ?? null);
    return carryOut(deployment, { command, release: after, plan, wayBack: false, rules });
  }
  if (options.release === undefined) throw invalid('--release names the release of the second set');
  if (beside.length > 0) throw invalid('there is a second set already: --accept it, or give --back');
  await carryOut(deployment, {
    command: `blue-green --release ${options.release}`,
    release: options.release,
    plan: planBlueGreen(await instancesOf(deployment), options.release),
    wayBack: true,
    rules,
  });
}

/** All of the second set are well before the first of them is sent work. */
export function planBlueGreen(instances: readonly Instance[], release: string): Step[] {
  const regions = [...new Set(instances.map(({ region }) => region))];
  if (instances.length === 0) return [];
  const of = ({ region, service, name }: Instance) => ({ region, service, instance: name });
  return [
    ...regions.map((region): Step => ({ id: `check ${region}`, kind: 'check', region, release })),
    { id: 'migrate', kind: 'migrate', region: regions[0]!, release }, // there are instances
    ...instances.map((each): Step => ({
      id: `start ${idOf(each)}`,
      kind: 'start-beside',
      ...of(each),
      release,
    })),
    ...instances.map((each): Step => ({ id: `switch ${idOf(each)}`, kind: 'take-over', ...of(each) })),
  ];
}

function planAccept(beside: readonly Instance[], release: string): Step[] {
  return beside.flatMap((each): Step[] => {
    const { region, service, name: instance, release: from } = each;
    return [
      {
        id: idOf(each),
        kind: 'replace',
        region,
        service,
        instance,
        from,
        to: release,
        watchSeconds: 0,
      },
      { id: `remove ${idOf(each)}`, kind: 'remove-beside', region, service, instance },
    ];
  });
}

function planBack(beside: readonly Instance[]): Step[] {
  const of = ({ region, service, name }: Instance) => ({ region, service, instance: name });
  return [...beside].reverse().flatMap((each): Step[] => [
    { id: `back ${idOf(each)}`, kind: 'give-back', ...of(each) },
    { id: `remove ${idOf(each)}`, kind: 'remove-beside', ...of(each) },
  ]);
}

const idOf = ({ region, name }: Instance): string => `${region} ${name}`;

/** Of the regions that were asked for, that of the primary last. */
async function instancesOf({ driver, regions }: Deployment): Promise<Instance[]> {
  const ordered = [...regions].sort((one, other) => Number(one.primary) - Number(other.primary));
  const all: Instance[] = [];
  for (const { name } of ordered) all.push(...(await driver.instances(name)));
  return all;
}

/** Those with a second one beside them. @throws AppError caller when the driver knows no such thing */
async function besideOf({ driver, regions }: Deployment): Promise<Instance[]> {
  if (!driver.beside) throw invalid(`${driver.name} starts no second set: use btcf deploy update`);
  const all: Instance[] = [];
  for (const { name } of regions) all.push(...(await driver.beside.instances(name)));
  return all;
}

function releaseNow(deployment: Deployment): string {
  const release = releasesOf(runsIn(deployment))[0];
  if (release !== undefined) return release;
  throw invalid('the journal does not know of what release the second set is');
}

function invalid(message: string): AppError {
  return new AppError('caller', 'request.invalid', message);
}
