import { join } from 'node:path';
import { waitUntil } from '../wait-until.js';
import { Balancer } from './balancer.js';
import { EtcdServers } from './etcd-servers.js';
import { Places, projectFolder } from './places.js';
import { PostgresServers } from './postgres-servers.js';
import { RedisServers } from './redis-servers.js';
import { RigBase } from './rig-base.js';
import { claimNetwork, clearAbandonedRigs, clearRigFolder, makeRigFolder } from './rig-folder.js';
import { runProgram } from './run-program.js';
import { hasProgram, ownFolder, rigUser } from './server-processes.js';

/** Programs that the rig starts, by the Debian packages that bring them. */
const RIG_PROGRAMS: Readonly<Record<string, string>> = {
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
  patroni: 'patroni',
  pgbackrest: 'pgbackrest',
  haproxy: 'haproxy',
  'redis-server': 'redis-server',
  'redis-sentinel': 'redis-sentinel',
  openssl: 'openssl',
};

const START_MS = 60_000;

/** Debian packages that are missing here; none when drills can run. */
export function missingPrograms(): string[] {
  return Object.entries(RIG_PROGRAMS)
    .filter(([program]) => !hasProgram(program))
    .map(([, debianPackage]) => debianPackage);
}

/** Servers of a region, and what it shares with others, as processes of this machine. */
export interface Rig {
  readonly base: RigBase;
  readonly etcd: EtcdServers;
  readonly postgres: PostgresServers;
  readonly redis: RedisServers;
  readonly balancer: Balancer;
  /** Ends every server and deletes every file. */
  stop(): Promise<void>;
}

/**
 * Starts everything and waits until all is whole: etcd, PostgreSQL under Patroni in three regions; Redis, Sentinel and
 * HAProxy of the first region. Runs as `postgres` when root asks.
 *
 * @param signal ends the start at once; whatever had been started is gone by then
 * @throws AppError transient service.not_ready, when a server does not come up
 */
export async function startRig(signal: AbortSignal): Promise<Rig> {
  await clearAbandonedRigs();
  const user = rigUser();
  const claim = await claimNetwork();
  const folder = makeRigFolder(user);
  const stop = async (): Promise<void> => {
    await clearRigFolder(folder);
    claim.release();
  };
  try {
    const base = new RigBase(new Places(folder, claim.network, user.name), user, signal);
    await makeSecrets(base);
    return { ...(await startServers(base)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeSecrets({ places, user, signal }: RigBase): Promise<void> {
  const folder = join(places.folder, 'secrets');
  ownFolder(folder, user);
  const script = join(projectFolder, 'deploy', 'scripts', 'make-secrets.sh');
  const environment = { ADDRESSES: places.addresses.join(' ') };
  await runProgram(places, ['sh', script, folder], { user, environment, signal });
}

async function startServers(base: RigBase): Promise<Omit<Rig, 'stop'>> {
  const etcd = new EtcdServers(base);
  const postgres = new PostgresServers(base);
  const redis = new RedisServers(base);
  const balancer = new Balancer(base);
  etcd.start();
  redis.start();
  balancer.start();
  await postgres.start();
  await waitUntil(
    async () =>
      (await balancer.up('postgres_primary')).length === 1 &&
      (await balancer.up('postgres_replica')).length === 2 &&
      (await balancer.up('redis_queue')).length === 1,
    {
      what: 'HAProxy found the primary, the standbys and the master',
      deadlineMs: START_MS,
      signal: base.signal,
    },
  );
  return { base, etcd, postgres, redis, balancer };
}
