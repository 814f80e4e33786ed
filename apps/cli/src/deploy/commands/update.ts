import { AppError } from '@btcforecast/platform/errors';
import { carryOut, contextOf, locked, report, say } from '../carry-out.js';
import type { DeployOptions, GateOptions } from '../deploy-options.js';
import { type Deployment, openDeployment, runsIn } from '../deployment.js';
import type { ServiceName } from '../driver.js';
import { planUpdate, type RegionState, type UpdateOptions } from '../engine/plan-update.js';
import { giveUpRun, resumeRun } from '../engine/run-plan.js';
import { openRun, releasesOf, type Run } from '../state/run-history.js';

/** `btcf deploy update`: every instance gets the release, one after another. */
export async function updateRegions(
  options: DeployOptions & GateOptions & { release: string },
): Promise<void> {
  const deployment = openDeployment(options);
  await roll(deployment, `update --release ${options.release}`, options, {
    release: options.release,
    migrate: true,
    watchSeconds: options.watch,
  });
}

/** `btcf deploy canary`: one instance first, watched for long; then all others, or it is taken back. */
export async function canaryRegions(
  options: DeployOptions & GateOptions & { release: string; service: ServiceName },
): Promise<void> {
  const deployment = openDeployment(options);
  if (deployment.driver.updateService) {
    const message = `${deployment.driver.name} updates whole services, one instance after another: use btcf deploy update`;
    throw new AppError('caller', 'request.invalid', message);
  }
  await roll(deployment, `canary --release ${options.release}`, options, {
    release: options.release,
    migrate: true,
    watchSeconds: options.watch,
    canary: options.service,
  });
}

/** `btcf deploy rollback`: takes an interrupted run back, else brings the release before back. */
export async function rollBack(options: DeployOptions & GateOptions): Promise<void> {
  const deployment = openDeployment(options);
  const open = openRun(runsIn(deployment));
  if (open) return takeBack(deployment, open, options);
  const [current, before] = releasesOf(runsIn(deployment));
  if (current === undefined || before === undefined) {
    const message = 'the journal knows of no release before this one: btcf deploy update --release names one';
    throw new AppError('caller', 'request.not_found', message);
  }
  say(`from ${current} back to ${before}`);
  await roll(deployment, `rollback to ${before}`, options, {
    release: before,
    migrate: false,
    watchSeconds: 0,
  });
}

/** `btcf deploy resume`: goes on with a run that was interrupted, or leaves it where it is. */
export async function resumeOpenRun(
  options: DeployOptions & GateOptions & { giveUp?: boolean },
): Promise<void> {
  const deployment = openDeployment(options);
  await locked(deployment, 'resume', async (signal) => {
    const context = contextOf(deployment, signal, { deadlineMs: options.deadline * 1_000 });
    if (!options.giveUp) return report(await resumeRun(context));
    const { command, done, plan } = giveUpRun(context);
    say(`"${command}" is left after ${done.size} of ${plan.length} steps`);
  });
}

/** `btcf deploy unlock`: takes the lock of a process that is gone. */
export function unlock(options: DeployOptions & { force?: boolean }): void {
  const holder = openDeployment(options).lock.break(options.force ?? false);
  say(holder ? `the lock of ${holder.who} (process ${holder.pid}) is gone` : 'there is no lock');
}

async function takeBack(deployment: Deployment, open: Run, { deadline }: GateOptions): Promise<void> {
  if (!open.wayBack) {
    const message = `"${open.command}" cannot be taken back: btcf deploy resume goes on with it, --give-up leaves it`;
    throw new AppError('caller', 'request.invalid', message);
  }
  say(`"${open.command}" was interrupted: what it did is taken back`);
  if (deployment.options.dryRun) return;
  await locked(deployment, 'rollback', async (signal) => {
    const context = contextOf(deployment, signal, { deadlineMs: deadline * 1_000 });
    const result = await resumeRun(context, `${deployment.who} asked for it`);
    report(result.outcome === 'taken-back' ? { ...result, outcome: 'done' } : result);
  });
}

async function roll(
  deployment: Deployment,
  command: string,
  { deadline }: GateOptions,
  update: Omit<UpdateOptions, 'byService'>,
): Promise<void> {
  await refuseSecondSet(deployment);
  const byService = deployment.driver.updateService !== undefined;
  const plan = planUpdate(await statesOf(deployment), { ...update, byService });
  const rules = { deadlineMs: deadline * 1_000 };
  await carryOut(deployment, { command, release: update.release, plan, wayBack: true, rules });
}

/** @throws AppError caller request.invalid while instances have others beside them, which would be forgotten */
async function refuseSecondSet({ driver, regions }: Deployment): Promise<void> {
  for (const { name } of regions) {
    if (((await driver.beside?.instances(name)) ?? []).length === 0) continue;
    const message = `${name} has a second set: btcf deploy blue-green --accept or --back ends that first`;
    throw new AppError('caller', 'request.invalid', message);
  }
}

async function statesOf({ driver, regions }: Deployment): Promise<RegionState[]> {
  return Promise.all(
    regions.map(async ({ name, primary }) => ({ name, primary, instances: await driver.instances(name) })),
  );
}
