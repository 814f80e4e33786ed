import { loadavg } from 'node:os';
import { AppError } from '@btcforecast/platform/errors';
import { textTable } from '../text-table.js';
import { DRILLS } from './all-drills.js';
import type { Drill } from './drill.js';
import { judge, median, notCarriedThrough, type Outcome, seconds, TABLE_HEAD, tableRow } from './judge.js';
import { missingPrograms, type Rig, startRig } from './rig/rig.js';

export interface RunDrillsOptions {
  /** How often each is run; default once. */
  readonly runs?: number;
  /** Say what would be done, and do nothing. */
  readonly plan?: boolean;
}

/** Prints the names of all drills. */
export function listDrills(): void {
  const rows = DRILLS.map(({ name, breaks, barSeconds }) => [name, breaks, `${barSeconds} s`]);
  process.stdout.write(textTable(['drill', 'what is broken', 'bar'], rows));
}

/**
 * Runs drills on one rig, one after another, and prints what they found; the exit code is 1 when one failed.
 *
 * @throws AppError caller request.invalid when there is no drill of that name
 */
export async function runDrills(name: string, { runs = 1, plan = false }: RunDrillsOptions): Promise<void> {
  const drills = drillsNamed(name);
  process.stdout.write(planOf(drills, runs));
  if (plan) return;
  const missing = missingPrograms();
  if (missing.length > 0) {
    const packages = missing.join(' ');
    process.stdout.write(`skipped: programs are missing; on Debian: apt-get install ${packages}\n`);
    return;
  }
  const outcomes = await withRig((rig, signal) => runAll(rig, repeated(drills, runs), signal));
  report(outcomes, drills, runs);
}

function drillsNamed(name: string): readonly Drill[] {
  const drills = name === 'all' ? DRILLS : DRILLS.filter((drill) => drill.name === name);
  if (drills.length > 0) return drills;
  const names = DRILLS.map((drill) => drill.name).join(', ');
  throw new AppError(
    'caller',
    'request.invalid',
    `there is no drill ${name}: choose one of ${names}, or all`,
  );
}

function planOf(drills: readonly Drill[], runs: number): string {
  const steps = drills.flatMap(({ name, steps: each }) => [
    name,
    ...each.map((step, i) => `  ${i + 1}. ${step}`),
  ]);
  return [
    'On addresses 127.1.N.x of this machine, in a folder of their own, are started: 3 etcd, 3 PostgreSQL under Patroni,',
    '4 Redis, 3 Sentinels and HAProxy, with the files of this project. Nothing else is touched; all of it goes at the end.',
    ...(runs > 1 ? [`Each drill runs ${runs} times.`] : []),
    '',
    ...steps,
    '',
    '',
  ].join('\n');
}

const repeated = (drills: readonly Drill[], runs: number): Drill[] =>
  Array.from({ length: runs }, () => drills).flat();

/** Starts the rig, and clears it away whatever happens, a signal included. */
async function withRig<T>(work: (rig: Rig, signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort(new AppError('caller', 'request.invalid', 'interrupted; the rig is cleared away'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    note('starting the rig');
    const rig = await startRig(stop.signal);
    try {
      return await work(rig, stop.signal);
    } finally {
      await rig.stop();
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** A drill that could not be carried through leaves a rig that proves nothing: it is the last. */
async function runAll(rig: Rig, drills: readonly Drill[], signal: AbortSignal): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const drill of drills) {
    note(drill.name);
    const outcome = await drill.run(rig).then(
      (findings) => judge(drill, findings),
      (error: unknown) => notCarriedThrough(drill, error),
    );
    signal.throwIfAborted();
    outcomes.push(outcome);
    if (!outcome.findings) break;
  }
  return outcomes;
}

function report(outcomes: readonly Outcome[], drills: readonly Drill[], runs: number): void {
  process.stdout.write(`${textTable(TABLE_HEAD, outcomes.map(tableRow))}\n`);
  if (runs > 1)
    process.stdout.write(`${textTable(['drill', 'median recovery', 'bar'], medians(outcomes, drills))}\n`);
  for (const { drill, findings, failures } of outcomes) {
    for (const line of findings?.remarks ?? []) process.stdout.write(`${drill.name}: ${line}\n`);
    for (const line of failures) process.stdout.write(`${drill.name}: FAILED: ${line}\n`);
  }
  const load = loadavg()[0]!.toFixed(1);
  process.stdout.write(`load of this machine over the last minute: ${load}\n`);
  if (outcomes.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

function medians(outcomes: readonly Outcome[], drills: readonly Drill[]): string[][] {
  return drills.map((drill) => {
    const all = outcomes
      .filter((one) => one.drill === drill)
      .flatMap(({ findings }) => findings?.recoveryMs ?? []);
    return [drill.name, all.length > 0 ? seconds(median(all)) : '?', `${drill.barSeconds} s`];
  });
}

/** Progress, for whoever watches. */
function note(what: string): void {
  process.stderr.write(`… ${what}\n`);
}
