import { loadavg } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { textTable } from '../text-table.js';
import { DRILLS, REGION_DRILLS } from './all-drills.js';
import type { Drill, DrillCard, RegionDrill } from './drill.js';
import { judge, median, notCarriedThrough, type Outcome, seconds, TABLE_HEAD, tableRow } from './judge.js';
import { drillInRegions, regionsHindrance, type RegionsOptions } from './regions/enter-namespaces.js';
import { missingPrograms, type Rig, startRig } from './rig/rig.js';

export interface RunDrillsOptions extends RegionsOptions {
  /** How often each is run; default once. */
  readonly runs?: number;
  /** Say what would be done, and do nothing. */
  readonly plan?: boolean;
}

/** Prints the names of all drills, and why some cannot run here. */
export function listDrills(): void {
  const hindrances = { region: oneRegionHindrance(), regions: regionsHindrance() };
  const row = ({ name, breaks, barSeconds }: DrillCard, rig: string): string[] => [
    name,
    rig,
    breaks,
    `${barSeconds} s`,
  ];
  const rows = [
    ...DRILLS.map((drill) => row(drill, 'one region')),
    ...REGION_DRILLS.map((drill) => row(drill, 'three regions')),
  ];
  process.stdout.write(textTable(['drill', 'on', 'what is broken', 'bar'], rows));
  if (hindrances.region)
    process.stdout.write(`\ndrills on one region are skipped here: ${hindrances.region}\n`);
  if (hindrances.regions)
    process.stdout.write(`\ndrills on three regions are skipped here: ${hindrances.regions}\n`);
}

/**
 * Runs drills, those of each kind on one rig, one after another, and prints what they found; the exit code is 1 when
 * one failed. When they run several times, those on three regions have a new rig each time.
 *
 * @throws AppError caller request.invalid when there is no drill of that name
 */
export async function runDrills(names: readonly string[], options: RunDrillsOptions): Promise<void> {
  const { runs = 1, plan = false } = options;
  const chosen = drillsNamed(names);
  process.stdout.write(planOf([...chosen.region, ...chosen.regions], runs));
  if (plan) return;
  const region = able(chosen.region, oneRegionHindrance());
  const regions = able(chosen.regions, regionsHindrance());
  const outcomes: Outcome[] = [];
  if (region.length > 0) {
    outcomes.push(...(await withRig((rig, signal) => runAll(rig, repeated(region, runs), signal))));
  }
  for (let run = 1; run <= runs && regions.length > 0; run++)
    outcomes.push(...(await runInRegions(regions, optionsOf(run, options))));
  if (outcomes.length > 0) report(outcomes, [...region, ...regions], runs);
}

interface ChosenDrills {
  readonly region: readonly Drill[];
  readonly regions: readonly RegionDrill[];
}

function drillsNamed(names: readonly string[]): ChosenDrills {
  const all = [...DRILLS, ...REGION_DRILLS].map((drill) => drill.name);
  const unknown = names.find((name) => name !== 'all' && !all.includes(name));
  if (unknown !== undefined) {
    const message = `there is no drill ${unknown}: choose of ${all.join(', ')}, or all`;
    throw new AppError('caller', 'request.invalid', message);
  }
  const named = (drill: DrillCard): boolean => names.includes('all') || names.includes(drill.name);
  return { region: DRILLS.filter(named), regions: REGION_DRILLS.filter(named) };
}

function oneRegionHindrance(): string | null {
  const missing = missingPrograms();
  return missing.length === 0
    ? null
    : `programs are missing; on Debian: apt-get install ${missing.join(' ')}`;
}

function planOf(drills: readonly DrillCard[], runs: number): string {
  const steps = drills.flatMap(({ name, steps: each }) => [
    name,
    ...each.map((step, i) => `  ${i + 1}. ${step}`),
  ]);
  return [
    'For drills on one region, on addresses 127.1.N.x of this machine, in a folder of their own, are started: 3 etcd,',
    '3 PostgreSQL under Patroni, 4 Redis, 3 Sentinels and HAProxy, with the files of this project. For drills on three',
    'regions, in network namespaces: all services of docker-compose.multi-region.yml in profile core, and a network',
    'between them. Nothing else is touched; all of it goes at the end.',
    ...(runs > 1 ? [`Each drill runs ${runs} times.`] : []),
    '',
    ...steps,
    '',
    '',
  ].join('\n');
}

function repeated<D extends DrillCard>(drills: readonly D[], runs: number): D[] {
  return Array.from({ length: runs }, () => drills).flat();
}

/** Those that can run here; of the others it is said why not. */
function able<D extends DrillCard>(drills: readonly D[], hindrance: string | null): readonly D[] {
  return drills.filter((drill) => {
    const reason = hindrance ?? drill.hindrance?.() ?? null;
    if (reason !== null) process.stdout.write(`skipped: ${drill.name}: ${reason}\n`);
    return reason === null;
  });
}

/** Starts the rig, and clears it away whatever happens, a signal included. */
function withRig<T>(work: (rig: Rig, signal: AbortSignal) => Promise<T>): Promise<T> {
  return interruptible(async (signal) => {
    note('starting the rig');
    const rig = await startRig(signal);
    try {
      return await work(rig, signal);
    } finally {
      await rig.stop();
    }
  });
}

/** Each run has a rig of its own, for drills leave what they did, and logs of its own. */
function optionsOf(run: number, { runs = 1, logs, ...options }: RunDrillsOptions): RegionsOptions {
  if (runs === 1 || logs === undefined) return { ...options, logs };
  return { ...options, logs: join(logs, String(run)) };
}

function runInRegions(drills: readonly RegionDrill[], options: RegionsOptions): Promise<Outcome[]> {
  note('starting three regions');
  const names = drills.map(({ name }) => name);
  return interruptible(async (signal) => {
    const results = await drillInRegions(names, options, signal);
    return results.map(({ findings, error }, i) =>
      findings ? judge(drills[i]!, findings) : notCarriedThrough(drills[i]!, error),
    );
  });
}

async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort(new AppError('caller', 'request.invalid', 'interrupted; the rig is cleared away'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(stop.signal);
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

function report(outcomes: readonly Outcome[], drills: readonly DrillCard[], runs: number): void {
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

function medians(outcomes: readonly Outcome[], drills: readonly DrillCard[]): string[][] {
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
