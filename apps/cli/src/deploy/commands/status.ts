import { setTimeout as delay } from 'node:timers/promises';
import { textTable } from '../../text-table.js';
import { say } from '../carry-out.js';
import { DatabaseCluster } from '../cluster.js';
import type { DeployOptions } from '../deploy-options.js';
import { type Deployment, openDeployment, runsIn } from '../deployment.js';
import { releasesOf, type Run } from '../state/run-history.js';
import { HEALTH_HEAD, healthRows } from './health-check.js';

const LAST_RUNS = 5;
const REDIS = ['queue', 'cache'];
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/** `btcf deploy status` */
export async function showStatus(options: DeployOptions): Promise<void> {
  say(await statusText(openDeployment(options)));
}

/** `btcf deploy monitor`: the same again and again, until Ctrl-C. */
export async function monitorStatus(options: DeployOptions & { every: number }): Promise<void> {
  const deployment = openDeployment(options);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  while (!stop.signal.aborted) {
    const text = await statusText(deployment);
    if (process.stdout.isTTY) process.stdout.write(CLEAR_SCREEN);
    say(`${new Date().toISOString()}\n${text}`);
    await delay(options.every * 1_000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

async function statusText(deployment: Deployment): Promise<string> {
  const { driver, regions, allRegions, lock } = deployment;
  const runs = runsIn(deployment);
  const cluster = new DatabaseCluster(
    driver,
    allRegions.map(({ name }) => name),
  );
  const [health, database, redis] = await Promise.all([
    healthRows(deployment),
    databaseText(cluster),
    Promise.all(regions.map(({ name }) => redisText(deployment, name))),
  ]);
  const holder = lock.holder();
  const ill = health.filter(({ well }) => !well).length;
  return [
    `release ${releasesOf(runs)[0] ?? 'not known to the journal'}; ${health.length} servers, ${ill === 0 ? 'all well' : `${ill} not well`}`,
    ...(holder ? [`${holder.who} runs "${holder.command}" since ${holder.since}`] : []),
    '',
    textTable(
      HEALTH_HEAD,
      health.map(({ cells }) => cells),
    ),
    database,
    ...redis,
    '',
    runsText(runs),
  ].join('\n');
}

async function databaseText(cluster: DatabaseCluster): Promise<string> {
  const members = await cluster.members();
  if (members.length === 0) return 'PostgreSQL: no node answers';
  const rows = members.map(({ region, role, state, lag }) => [
    region,
    role,
    state,
    lag === null ? '' : `${lag} B`,
  ]);
  const leader = members.find(({ leads }) => leads)?.region;
  const backup = leader === undefined ? 'nobody leads' : await lastBackup(cluster, leader);
  return `${textTable(['PostgreSQL in', 'role', 'state', 'behind'], rows)}last backup: ${backup}`;
}

async function lastBackup(cluster: DatabaseCluster, region: string): Promise<string> {
  const backups = await cluster.backups(region).catch(() => null);
  if (backups === null) return 'the repository does not answer';
  const last = backups.at(-1);
  return last ? `${last.type} of ${new Date(last.endedAt).toISOString()}, in ${region}` : `none in ${region}`;
}

/** Whom the Sentinels of the region hold for the masters. */
async function redisText({ driver }: Deployment, region: string): Promise<string> {
  const masters = await Promise.all(
    REDIS.map(async (role) => {
      const ask = ['redis-cli', '-p', '26379', '--raw', 'sentinel', 'get-master-addr-by-name', role];
      const answer = await driver.execute(region, 'sentinel-1', ask).catch(() => '');
      return `${role} ${answer.split('\n')[0] || 'not known'}`;
    }),
  );
  return `Redis in ${region}: ${masters.join(', ')}`;
}

function runsText(runs: readonly Run[]): string {
  if (runs.length === 0) return 'the journal is empty';
  const rows = runs
    .slice(-LAST_RUNS)
    .map(({ begunAt, who, command, ended }) => [
      begunAt,
      who,
      command,
      ended?.outcome ?? 'open',
      ended?.detail ?? '',
    ]);
  return textTable(['when', 'who', 'what', 'outcome', ''], rows).trimEnd();
}
