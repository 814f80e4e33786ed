import { AppError } from '@btcforecast/platform/errors';
import { DatabaseCluster, PGBACKREST } from '../cluster.js';
import type { StepContext } from './step-context.js';
import type { StepOf } from './step.js';

/** Replicas are cloned from the primary, which takes as long as the database is large. */
const COPIES_MS = 3_600_000;
const LEADER_MS = 180_000;
const PREFIX = '/btcforecast/btcforecast/';
const CERTIFICATES = [
  '--cacert=/run/secrets/ca.pem',
  '--cert=/run/secrets/data.pem',
  '--key=/run/secrets/data-key.pem',
];
/** In the container of a node, which shows its certificate: whoever changes anything has to. `$0` path, `$1` body. */
const TELL_PATRONI =
  'curl -fsS --max-time 120 --cacert /run/secrets/ca.pem --cert /run/patroni/data.pem --key /run/patroni/data-key.pem ' +
  '-X POST -H "Content-Type: application/json" -d "$1" "https://$PATRONI_NAME:8008$0"';
const node = (region: string): string => `postgres-${region}`;

export async function backUp(
  { region, type }: StepOf<'backup'>,
  { driver, pace }: StepContext,
): Promise<string> {
  const start = pace.now();
  await driver.execute(region, 'postgres', ['backup', 'run', type]);
  const last = (await new DatabaseCluster(driver, [region]).backups(region)).at(-1);
  return `${last?.label ?? 'no backup'} after ${Math.round((pace.now() - start) / 1_000)} s`;
}

/** Everything acknowledged until now can be restored afterwards: the file of the log that is being written too. */
export async function keepLog({ region }: StepOf<'keep-log'>, { driver }: StepContext): Promise<string> {
  await driver.execute(region, 'postgres', [...PGBACKREST, 'check']);
  return 'kept';
}

/** Patroni stops the old primary before the new one takes writes; without an old one it looks into etcd first. */
export async function switchOver(
  { region, from, regions }: StepOf<'switchover'>,
  { driver }: StepContext,
): Promise<string> {
  if ((await new DatabaseCluster(driver, regions).leader()) === region) return 'it is the primary already';
  const path = from === null ? '/failover' : '/switchover';
  const body = { candidate: node(region), ...(from !== null && { leader: node(from) }) };
  return (
    await driver.execute(region, 'postgres', ['sh', '-c', TELL_PATRONI, path, JSON.stringify(body)])
  ).trim();
}

export async function awaitLeader(
  { region, regions }: StepOf<'await-leader'>,
  context: StepContext,
): Promise<string> {
  const cluster = new DatabaseCluster(context.driver, regions);
  await until(`the PostgreSQL of ${region} leads`, LEADER_MS, context, async () => {
    const leaders = (await cluster.members()).filter(({ leads }) => leads);
    return leaders.length === 1 && leaders[0]!.region === region;
  });
  return 'it is the only primary';
}

export async function awaitCopies(
  { regions }: StepOf<'await-copies'>,
  context: StepContext,
): Promise<string> {
  const cluster = new DatabaseCluster(context.driver, regions);
  await until('all PostgreSQL nodes are up', COPIES_MS, context, async () => {
    const members = await cluster.members();
    return regions.every((region) => members.some((each) => each.region === region && each.isUp));
  });
  return `${regions.length} nodes are up`;
}

export async function forgetCluster(
  { region }: StepOf<'forget-cluster'>,
  { driver }: StepContext,
): Promise<string> {
  await etcdctl(driver, region, 'del', '--prefix', PREFIX);
  return 'forgotten';
}

/**
 * Where PostgreSQL is stopped, as the steps before have seen to; what a restore that was interrupted left running or lying
 * there is no hindrance. See deploy/patroni/backup.py.
 */
export async function restoreDatabase(
  { region, target }: StepOf<'restore'>,
  { driver, pace, signal }: StepContext,
): Promise<string> {
  const start = pace.now();
  const time = target.replace('T', ' ').replace('Z', '+00');
  const command = ['backup', 'restore', '--stopped', '--to', time];
  await driver.runOnce(region, 'postgres', { command }, signal);
  return `restored after ${Math.round((pace.now() - start) / 1_000)} s`;
}

export async function dropCopy(
  { region }: StepOf<'drop-copy'>,
  { driver, signal }: StepContext,
): Promise<string> {
  await driver.runOnce(region, 'postgres', { command: ['rm', '-rf', '/var/lib/postgresql/data'] }, signal);
  return 'deleted';
}

/** @throws AppError transient when the newest forecast is later than what was asked for */
export async function verifyRestore(
  { region, target }: StepOf<'verify-restore'>,
  { driver }: StepContext,
): Promise<string> {
  const query =
    "SELECT count(*), coalesce(to_char(max(issued_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), '') FROM forecasts";
  const psql = [
    'psql',
    '-h',
    '/run/postgresql',
    '-U',
    'postgres',
    '-d',
    'btcforecast',
    '-AtX',
    '-F',
    ' ',
    '-c',
    query,
  ];
  const [count = '0', newest = ''] = (await driver.execute(region, 'postgres', psql)).trim().split(' ');
  if (newest !== '' && Date.parse(newest) > Date.parse(target)) {
    throw new AppError(
      'transient',
      'service.not_ready',
      `the newest forecast is of ${newest}, after ${target}`,
    );
  }
  return `${count} forecasts, the newest of ${newest || 'never'}`;
}

/** @returns what it printed */
export function etcdctl(
  driver: StepContext['driver'],
  region: string,
  ...args: readonly string[]
): Promise<string> {
  return driver.execute(region, 'etcd', [
    'etcdctl',
    `--endpoints=https://etcd-${region}:2379`,
    ...CERTIFICATES,
    ...args,
  ]);
}

async function until(
  what: string,
  deadlineMs: number,
  { pace, signal }: StepContext,
  condition: () => Promise<boolean>,
): Promise<void> {
  const end = pace.now() + deadlineMs;
  while (!(await condition())) {
    signal.throwIfAborted();
    if (pace.now() >= end) {
      const message = `after ${Math.round(deadlineMs / 1_000)} s it is still not so that ${what}`;
      throw new AppError('transient', 'service.not_ready', message);
    }
    await pace.wait(1_000, signal);
  }
}
