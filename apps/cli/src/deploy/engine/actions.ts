import { AppError } from '@btcforecast/platform/errors';
import {
  awaitCopies,
  awaitLeader,
  backUp,
  dropCopy,
  forgetCluster,
  keepLog,
  restoreDatabase,
  switchOver,
  verifyRestore,
} from './database-actions.js';
import { giveBack, removeBeside, startBeside, takeOver } from './beside-actions.js';
import { findInstance, untilCanBeSpared, untilReady, watch } from './gate.js';
import {
  joinEtcd,
  makeSecrets,
  recreate,
  renew,
  scale,
  startServers,
  stopServers,
  writeRegion,
} from './region-actions.js';
import type { StepContext } from './step-context.js';
import type { Step, StepOf } from './step.js';

type Actions = {
  readonly [K in Step['kind']]: (step: StepOf<K>, context: StepContext) => Promise<string>;
};

/** How each kind of step is done, whichever driver does it; the answer is one sentence for whoever watches. */
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
  'start-region': async ({ region, ...options }, { driver, signal }) => {
    await driver.startRegion(region, options, signal);
    return 'started';
  },
  await: async ({ region }, context) => {
    const instances = await context.driver.instances(region);
    for (const instance of instances) await untilReady(instance, context);
    return `${instances.length} instances are ready`;
  },
  'start-beside': startBeside,
  'take-over': takeOver,
  'give-back': giveBack,
  'remove-beside': removeBeside,
  scale,
  renew,
  start: startServers,
  stop: stopServers,
  backup: backUp,
  'keep-log': keepLog,
  switchover: switchOver,
  'await-leader': awaitLeader,
  'await-copies': awaitCopies,
  'forget-cluster': forgetCluster,
  restore: restoreDatabase,
  'drop-copy': dropCopy,
  'verify-restore': verifyRestore,
  'write-region': writeRegion,
  'make-secrets': makeSecrets,
  'join-etcd': joinEtcd,
  recreate,
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
