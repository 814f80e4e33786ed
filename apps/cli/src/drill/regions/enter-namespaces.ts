import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { type Region, readRegion } from '../../deploy/topology/region.js';
import { clearAbandonedRigs, clearRigFolder, makeRigFolder } from '../rig/rig-folder.js';
import { projectFolder } from '../rig/places.js';
import { missingPrograms } from '../rig/rig.js';
import { hasProgram } from '../rig/server-processes.js';
import { DRILL_PRIORITY } from './container.js';
import { InsidePlan, InsideResult } from './inside-plan.js';

/** For unshare(1): what is started there sees none of the others' networks, mounts and processes, and ends with it. */
export const NAMESPACES = [
  ...['--net', '--mount', '--propagation', 'private'],
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
];
const INSIDE = join(import.meta.dirname, 'inside.js');
/** Programs beyond those of one region's servers, by the Debian packages that bring them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  nginx: 'nginx-light',
  varnishd: 'varnish',
  prometheus: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  'prometheus-postgres-exporter': 'prometheus-postgres-exporter',
  'prometheus-redis-exporter': 'prometheus-redis-exporter',
  'prometheus-nginx-exporter': 'prometheus-nginx-exporter',
  'prometheus-node-exporter': 'prometheus-node-exporter',
  'prometheus-blackbox-exporter': 'prometheus-blackbox-exporter',
  dnsmasq: 'dnsmasq-base',
  ip: 'iproute2',
  socat: 'socat',
  curl: 'curl',
  unshare: 'util-linux',
  '/usr/bin/python3': 'python3',
};

/** How far the regions are from each other, unless it is said: as two coasts and another continent. */
export const DEFAULT_DELAYS = [40, 75, 110];

export interface RegionsOptions {
  /** One of each service in every region. */
  readonly small?: boolean;
  /** Milliseconds one way. */
  readonly delays?: readonly number[];
  /** Where the logs of all services are copied to in the end. */
  readonly logs?: string;
}

/** Why whole regions cannot be started here; null: they can. */
export function regionsHindrance(): string | null {
  if (process.getuid?.() !== 0) return 'they make network namespaces and mounts: run them as root';
  const missing = Object.entries(PROGRAMS).flatMap(([program, name]) => (hasProgram(program) ? [] : [name]));
  const packages = [...missingPrograms(), ...missing];
  return packages.length === 0
    ? null
    : `programs are missing; on Debian: apt-get install ${packages.join(' ')}`;
}

/**
 * Starts whole regions and runs drills in them, in namespaces for processes, networks and mounts, which end with it,
 * however it ends: the kernel then kills what runs there, and takes networks and mounts away.
 *
 * @returns what each drill found; fewer than asked for when one could not be carried through
 */
export async function drillInRegions(
  drills: readonly string[],
  { small = false, delays = DEFAULT_DELAYS, logs }: RegionsOptions,
  signal: AbortSignal,
): Promise<InsideResult[]> {
  await clearAbandonedRigs();
  const folder = makeRigFolder({ name: 'root' });
  try {
    const plan: InsidePlan = {
      folder,
      drills: [...drills],
      regions: regionsOf(small),
      delays: [...delays],
      logs,
    };
    return await results(enter(plan), signal);
  } finally {
    await clearRigFolder(folder);
  }
}

function regionsOf(small: boolean): InsidePlan['regions'] {
  const folder = join(projectFolder, 'deploy', 'regions');
  const one = { gateways: 1, predictions: 1, workers: 1 };
  return readdirSync(folder)
    .filter((file) => file.endsWith('.env'))
    .map((file) => readRegion(join(folder, file)))
    .sort((a, b) => a.number - b.number)
    .map((region: Region) => ({
      ...region,
      ...(small ? one : {}),
      networks: [...region.networks],
      spillsTo: [...region.spillsTo],
    }));
}

function enter(plan: InsidePlan): ChildProcess {
  // The shell is the first process there: it takes in those whose parents have gone.
  const program = ['sh', '-c', '"$@"; exit $?', 'sh', process.execPath, INSIDE, JSON.stringify(plan)];
  // Clients and the network come before what they measure: a busy machine would else make them late themselves.
  const first = ['nice', '-n', String(-DRILL_PRIORITY)];
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...first, 'unshare', ...NAMESPACES, ...program], {
    cwd: projectFolder,
    // A session of its own: see comeFirst in inside.ts.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function results(inside: ChildProcess, signal: AbortSignal): Promise<InsideResult[]> {
  const told: InsideResult[] = [];
  inside.on('message', (message) => {
    told.push(InsideResult.parse(message));
    progress(told.at(-1)!);
  });
  signal.addEventListener('abort', () => inside.connected && inside.disconnect(), { once: true });
  return new Promise((resolve, reject) => {
    inside.once('error', reject);
    inside.once('exit', (code) => {
      if (code === 0) resolve(told);
      else
        reject(
          signal.aborted
            ? signal.reason
            : new AppError('transient', 'service.not_ready', 'the regions did not come up: see above'),
        );
    });
  });
}

/** The table comes at the end of all, which may be far. */
function progress({ drill, findings, error }: InsideResult): void {
  const what = findings
    ? `recovered after ${(findings.recoveryMs / 1_000).toFixed(1)} s, ${findings.failed} of ${findings.requests} requests failed, ${findings.lost} lost`
    : error;
  for (const line of [what, ...(findings?.broken ?? []), ...(findings?.remarks ?? [])]) {
    process.stderr.write(`…   ${drill}: ${line}\n`);
  }
}
