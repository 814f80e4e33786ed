import { AppError } from '@btcforecast/platform/errors';
import { carryOut, say } from '../carry-out.js';
import { DatabaseCluster, type Member } from '../cluster.js';
import type { DeployOptions, GateOptions } from '../deploy-options.js';
import { type Deployment, openDeployment } from '../deployment.js';
import type { Step } from '../engine/step.js';

/** A standby this far behind would lose what was acknowledged, or keep everybody waiting; bytes. */
const MOST_BEHIND = 16 * 1024 * 1024;

/** `btcf deploy backup`: where the primary is, for only its repository has all of the log. */
export async function backUpNow(options: DeployOptions & { type: 'full' | 'diff' | 'incr' }): Promise<void> {
  const deployment = openDeployment(options);
  const region = await clusterOf(deployment).requireLeader();
  const plan: Step[] = [{ id: 'backup', kind: 'backup', region, type: options.type }];
  await carryOut(deployment, {
    command: `backup --type ${options.type}`,
    release: null,
    plan,
    wayBack: false,
  });
}

export interface RestoreOptions extends DeployOptions, GateOptions {
  /** ms since the epoch */
  readonly to: number;
  /** The region whose repository has the backup. */
  readonly from?: string;
  readonly stopServices?: boolean;
}

/** `btcf deploy restore`: the database as it was at a time, in the place of what is there; in all regions. */
export async function restoreTo(options: RestoreOptions): Promise<void> {
  const deployment = openDeployment({ ...options, region: undefined });
  const cluster = clusterOf(deployment);
  const regions = await regionsWithDatabase(deployment);
  const leader = await cluster.leader();
  const from = options.from ?? leader;
  if (from === null) {
    throw invalid('no PostgreSQL node leads: --from names the region whose repository has the backup');
  }
  const running = await runningInstances(deployment);
  if (running.size > 0 && !options.stopServices) {
    const names = [...running].map(([region, names_]) => `${region} ${names_.join(', ')}`).join('; ');
    throw invalid(
      `services run and write (${names}): --stop-services stops them before and starts them after`,
    );
  }
  const target = new Date(options.to).toISOString();
  await refuseWithoutBackup(cluster, from, options.to);
  await carryOut(deployment, {
    command: `restore --to ${target}`,
    release: null,
    plan: planRestore(regions, { from, target, running, isUp: leader === from }),
    wayBack: false,
    rules: { deadlineMs: options.deadline * 1_000 },
  });
}

interface RestorePlan {
  readonly from: string;
  readonly target: string;
  readonly running: ReadonlyMap<string, readonly string[]>;
  /** Whether what was acknowledged until now can still be put into the repository. */
  readonly isUp: boolean;
}

/**
 * Nobody writes, then no node runs, then one is restored and leads; the others copy it. A node with a new history takes
 * a full backup by itself: deploy/patroni/schedule.py.
 */
export function planRestore(all: readonly string[], { from, target, running, isUp }: RestorePlan): Step[] {
  const others = all.filter((name) => name !== from);
  const each = (kind: 'stop' | 'start', names: ReadonlyMap<string, readonly string[]>): Step[] =>
    [...names].map(([region, servers]) => ({ id: `${kind} ${region}`, kind, region, servers: [...servers] }));
  const postgres = (kind: 'stop' | 'start', region: string): Step => ({
    id: `${kind} postgres ${region}`,
    kind,
    region,
    servers: ['postgres'],
  });
  return [
    ...each('stop', running),
    ...(isUp ? [{ id: 'keep-log', kind: 'keep-log' as const, region: from }] : []),
    ...all.map((region) => postgres('stop', region)),
    { id: 'restore', kind: 'restore', region: from, target },
    { id: 'forget', kind: 'forget-cluster', region: from },
    ...others.map((region): Step => ({ id: `drop ${region}`, kind: 'drop-copy', region })),
    postgres('start', from),
    { id: 'leader', kind: 'await-leader', region: from, regions: [...all] },
    { id: 'verify', kind: 'verify-restore', region: from, target },
    ...others.map((region) => postgres('start', region)),
    { id: 'copies', kind: 'await-copies', region: from, regions: [...all] },
    ...each('start', running),
    ...[...running.keys()].map((region): Step => ({ id: `await ${region}`, kind: 'await', region })),
  ];
}

export interface FailoverOptions extends DeployOptions {
  readonly to: string;
  readonly forceDataLoss?: boolean;
}

/** `btcf deploy failover`: another region's PostgreSQL becomes the primary. */
export async function failOver(options: FailoverOptions): Promise<void> {
  const deployment = openDeployment({ ...options, region: undefined });
  const regions = await regionsWithDatabase(deployment);
  const members = await clusterOf(deployment).members();
  const leader = members.find(({ leads }) => leads)?.region ?? null;
  if (leader === options.to) return say(`the PostgreSQL of ${options.to} is the primary already`);
  const force = options.forceDataLoss ?? false;
  assertCandidate(options.to, members, force);
  // Patroni goes on naming the last one until its lease has ended.
  const old = leader ?? members.find(({ role }) => LEADER_ROLES.has(role))?.region ?? null;
  const plan = planFailover(options.to, { leader, old, regions, force });
  await carryOut(deployment, { command: `failover --to ${options.to}`, release: null, plan, wayBack: false });
}

const LEADER_ROLES = new Set(['leader', 'master']);

/** @throws AppError caller request.invalid when it cannot become the primary */
function assertCandidate(to: string, members: readonly Member[], force: boolean): void {
  const candidate = members.find(({ region }) => region === to);
  if (!candidate?.isUp) {
    throw invalid(`the PostgreSQL of ${to} does not follow: nothing can go there; see btcf deploy status`);
  }
  if ((candidate.lag ?? 0) <= MOST_BEHIND || force) return;
  throw invalid(`the PostgreSQL of ${to} is ${candidate.lag} bytes behind: wait, or say --force-data-loss`);
}

interface FailoverPlan {
  /** Who leads and answers. */
  readonly leader: string | null;
  /** Who led last. */
  readonly old: string | null;
  readonly regions: readonly string[];
  readonly force: boolean;
}

/**
 * With a primary that answers Patroni hands over, and nothing is lost. One that does not answer may still take writes
 * from those near it: it is stopped first, and when that cannot be done the step fails and nothing is promoted, unless
 * the operator takes the loss.
 */
export function planFailover(to: string, { leader, old, regions, force }: FailoverPlan): Step[] {
  const isFenced = leader !== null || old === null || force;
  return [
    ...(isFenced ? [] : [{ id: 'fence', kind: 'stop' as const, region: old, servers: ['postgres'] }]),
    { id: 'switchover', kind: 'switchover', region: to, from: leader, regions: [...regions] },
    { id: 'leader', kind: 'await-leader', region: to, regions: [...regions] },
  ];
}

function clusterOf(deployment: Deployment): DatabaseCluster {
  return new DatabaseCluster(deployment.driver, regionNames(deployment));
}

const regionNames = ({ allRegions }: Deployment): string[] => allRegions.map(({ name }) => name);

/** Regions that were started; one whose engine does not answer was. */
async function regionsWithDatabase({ driver, allRegions }: Deployment): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of allRegions) {
    const servers = await driver.servers(name).catch(() => null);
    const postgres = servers?.find((server) => server.name === 'postgres');
    if (servers === null || (postgres && postgres.state !== 'missing')) found.push(name);
  }
  return found;
}

async function runningInstances({ driver, allRegions }: Deployment): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { name } of allRegions) {
    const running = (await driver.instances(name)).filter((each) => each.running).map((each) => each.name);
    if (running.length > 0) found.set(name, running);
  }
  return found;
}

async function refuseWithoutBackup(cluster: DatabaseCluster, region: string, to: number): Promise<void> {
  // Where PostgreSQL is stopped nobody can be asked before: then the step itself finds out.
  const backups = await cluster.backups(region).catch(() => null);
  if (backups === null || backups.some(({ endedAt }) => endedAt <= to)) return;
  const first = backups[0]
    ? `the first one ended at ${new Date(backups[0].endedAt).toISOString()}`
    : 'there is none';
  throw invalid(
    `the repository of ${region} has no backup from before ${new Date(to).toISOString()}: ${first}`,
  );
}

function invalid(message: string): AppError {
  return new AppError('caller', 'request.invalid', message);
}
