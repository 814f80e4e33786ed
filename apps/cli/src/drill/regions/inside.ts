import { execFileSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { REGION_DRILLS } from '../all-drills.js';
import type { Findings } from '../drill.js';
import { untilCalm } from './calm.js';
import { Clients } from './clients.js';
import { Disk } from './disk.js';
import { InsidePlan, type InsideResult } from './inside-plan.js';
import { DRILL_HOSTS } from './regions-base.js';
import { type RegionsRig, startRegions } from './regions-rig.js';

/** So long at most a drill waits for what was before it. */
const CALM_MS = 90_000;
/** So long processes that were just started translate into machine code what they run often. */
const WARM_MS = 45_000;
/** See nice(1). */
const HIGHEST_PRIORITY = -20;

/** What runs in the namespaces of the rig: starts it, runs drills, tells what they found. All of it ends with it. */
async function main(): Promise<void> {
  const plan = InsidePlan.parse(JSON.parse(process.argv[2]!));
  // Nothing has to be stopped in order: what runs here ends with this process.
  const interrupt = (): void => {
    keepLogs(plan);
    process.exit(1);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('disconnect', interrupt);
  comeFirst();
  mountOwn(plan.folder);
  makeDisks(plan);
  const start = performance.now();
  const note = (what: string): void => {
    process.stderr.write(`… ${((performance.now() - start) / 1_000).toFixed(0)} s: ${what}\n`);
  };
  try {
    const { signal } = new AbortController();
    setMaxListeners(0, signal); // whoever waits for something listens
    const rig = await startRegions({ ...plan, signal }, note);
    await warmUp(rig, note);
    for (const name of plan.drills) {
      const spare = await untilCalm(CALM_MS);
      note(`${name}; ${(spare * 100).toFixed(0)} % of the processors have nothing to do`);
      const drill = REGION_DRILLS.find((each) => each.name === name)!;
      const result = await drill.runInRegions(rig).then(found, failure);
      await tell({ drill: name, ...result });
      if (result.error !== undefined) break;
    }
  } finally {
    keepLogs(plan);
  }
}

const found = (findings: Findings): Omit<InsideResult, 'drill'> => ({ findings });
const failure = (error: unknown): Omit<InsideResult, 'drill'> => ({
  findings: null,
  error: error instanceof Error ? error.message : String(error),
});

/** What is broken in operation has been running for some time. */
async function warmUp(rig: RegionsRig, note: (what: string) => void): Promise<void> {
  note(`all regions are up; clients ask them for ${WARM_MS / 1_000} s, until all has been run`);
  const clients = await Clients.begin(rig, 'warm-up');
  await delay(WARM_MS);
  await clients.stop();
}

/** Until it has arrived: this process may end next. */
function tell(result: InsideResult): Promise<void> {
  return new Promise((resolve) => process.send!(result, () => resolve()));
}

/**
 * Where the kernel shares processors out by session first (sched(7), autogroup), priorities count within a session only,
 * and clients, network and name servers together would get as much as any one service.
 */
function comeFirst(): void {
  const group = '/proc/self/autogroup';
  if (existsSync(group)) writeFileSync(group, String(HIGHEST_PRIORITY));
}

/** Names of namespaces, and names of hosts, that nobody outside sees. */
function mountOwn(folder: string): void {
  mkdirSync('/run/netns', { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'rig', '/run/netns']);
  writeFileSync(join(folder, DRILL_HOSTS), '127.0.0.1 localhost\n');
  execFileSync('mount', ['--bind', join(folder, DRILL_HOSTS), '/etc/hosts']);
}

/** Those that the drills want, under the volumes of services. */
function makeDisks({ folder, drills, regions }: InsidePlan): void {
  const wanted = REGION_DRILLS.filter(({ name }) => drills.includes(name)).flatMap(({ disks = [] }) => disks);
  for (const { name } of regions) for (const each of wanted) new Disk(folder, `${name}-${each}`).make();
}

function keepLogs({ folder, logs }: InsidePlan): void {
  if (logs === undefined) return;
  const services = join(folder, 'services');
  if (!existsSync(services)) return;
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(services)) {
    const log = join(services, name, 'log');
    if (existsSync(log)) copyFileSync(log, join(logs, `${name}.log`));
  }
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
