import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_RULES } from '../../deploy/engine/gate.js';
import { runPlan, type RunResult } from '../../deploy/engine/run-plan.js';
import { REAL_PACE } from '../../deploy/engine/step-context.js';
import { type Step, stepText } from '../../deploy/engine/step.js';
import { Journal } from '../../deploy/state/journal.js';
import type { Findings } from '../drill.js';
import { projectFolder } from '../rig/places.js';
import { Clients } from './clients.js';
import { nodeUrl } from './record.js';
import type { RegionsRig } from './regions-rig.js';
import type { RigDriver } from './rig-driver.js';

const SETTLED_MS = 10_000;
/** A busy machine starts services slowly. */
const READY_MS = 180_000;

/** What is carried out in the rig, as `btcf deploy` would. */
export interface RigDeployment {
  readonly command: string;
  readonly driver: RigDriver;
  readonly release: string;
  readonly plan: readonly Step[];
  /** What has to be there before the first step. */
  readonly before?: () => Promise<void>;
}

export interface Deployed {
  readonly result: RunResult;
  /** What was done, in order, the way back included. */
  readonly steps: readonly Step[];
  readonly findings: Findings;
}

/** Carries a plan out with the engine of `btcf deploy`, while clients of all regions are at their work. */
export async function deployInRig(rig: RegionsRig, deployment: RigDeployment): Promise<Deployed> {
  const clients = await Clients.begin(rig, deployment.command);
  const steps: Step[] = [];
  try {
    await delay(SETTLED_MS);
    clients.fault();
    const start = performance.now();
    await deployment.before?.();
    const result = await carryOut(rig, deployment, steps);
    const recoveryMs = performance.now() - start;
    await delay(SETTLED_MS);
    await clients.stop();
    return { result, steps, findings: await findingsOf(rig, clients, recoveryMs) };
  } finally {
    await clients.stop();
  }
}

function carryOut({ base }: RegionsRig, deployment: RigDeployment, steps: Step[]): Promise<RunResult> {
  const { command, driver, release, plan } = deployment;
  return runPlan(
    { id: command, command, release, plan, wayBack: true },
    {
      driver,
      root: projectFolder,
      rules: { ...DEFAULT_RULES, deadlineMs: READY_MS },
      pace: REAL_PACE,
      signal: base.settings.signal,
      journal: new Journal(join(base.settings.folder, `${command}-${performance.now()}.jsonl`)),
      progress: {
        begin: (step) => {
          steps.push(step);
          process.stderr.write(`…   ${stepText(step)}\n`);
        },
        end: () => undefined,
        trouble: (lines) => process.stderr.write(`${lines.join('\n')}\n`),
      },
      who: 'drill',
      now: () => new Date().toISOString(),
    },
  );
}

/** No request may fail: nothing was broken. */
async function findingsOf(rig: RegionsRig, clients: Clients, recoveryMs: number): Promise<Findings> {
  const asked = clients.asked();
  const url = nodeUrl(rig, (await rig.cluster.leader())!.host);
  return {
    detectionMs: null,
    recoveryMs,
    ...asked,
    lost: await clients.lost(url),
    broken: asked.failed > 0 ? [`${asked.failed} requests failed`] : [],
    remarks: clients.remarks(),
  };
}
