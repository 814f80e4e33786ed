import { AppError } from '@btcforecast/platform/errors';
import { findInstance, untilCanBeSpared, untilReady, watch } from './gate.js';
import type { StepContext } from './step-context.js';
import type { Step, StepOf } from './step.js';

type Actions = {
  readonly [K in Step['kind']]: (step: StepOf<K>, context: StepContext) => Promise<string>;
};

/** How each kind of step is done, whichever driver does it; the answer is one sentence for the journal. */
const ACTIONS: Actions = {
  check: async ({ region, release }, { driver }) => {
    await driver.check(region, release);
    return 'all there';
  },
  migrate: async ({ region, release }, { driver, signal }) => {
    await driver.runOnce(region, 'migrate', { release }, signal);
    return `the schema is that of ${release}`;
  },
  replace,
  'update-service': async ({ region, service, to }, { driver, signal }) => {
    if (driver.updateService) return driver.updateService(region, service, to, signal);
    throw new AppError('bug', 'internal.bug', `${driver.name} does not update whole services`);
  },
};

/** @throws whatever keeps the step from being done */
export function perform(step: Step, context: StepContext): Promise<string> {
  const action = ACTIONS[step.kind] as (step: Step, context: StepContext) => Promise<string>;
  return action(step, context);
}

/** Replaces one instance, unless an interrupted run has done so already, and waits until it is well. */
async function replace(step: StepOf<'replace'>, context: StepContext): Promise<string> {
  const { driver, pace, signal } = context;
  const start = pace.now();
  const before = await findInstance(driver, step.region, step.instance);
  if (before.release !== step.to || !before.running) {
    await untilCanBeSpared(before, context);
    await driver.replace(before, step.to, signal);
  }
  const instance = await findInstance(driver, step.region, step.instance);
  const probe = await untilReady(instance, context);
  const seconds = ((pace.now() - start) / 1_000).toFixed(1);
  if (step.watchSeconds > 0) await watch(instance, probe, step.watchSeconds, context);
  return `ready after ${seconds} s`;
}
