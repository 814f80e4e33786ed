import { IMAGES, ownImage } from './images.js';
import type { Region } from './region.js';
import { type ComposeService, bounded, health, healthy, numbered, type Services } from './service.js';

/** `data` is what an orchestrator had better leave alone: see docs/operations.md. */
const PROFILES = ['core', 'full', 'data'];
const SENTINELS = 3;
const PASSWORDS = ['superuser', 'replication', 'rewind', 'app', 'monitor', 'vault'].map(
  (who) => `postgres_${who}`,
);
const TLS = ['ca.pem', 'data.pem', 'data-key.pem'];

/** PostgreSQL under Patroni, the etcd that it agrees in, and Redis for queues and for what may be lost. */
export function dataServices(region: Region, regions: readonly Region[]): Services {
  const { name } = region;
  return {
    [`${name}-etcd`]: etcd(region, regions),
    [`${name}-postgres`]: postgres(region),
    [`${name}-redis-queue-1`]: redis(region, 'queue', 1),
    [`${name}-redis-queue-2`]: redis(region, 'queue', 2),
    [`${name}-redis-cache-1`]: redis(region, 'cache', 1),
    [`${name}-redis-cache-2`]: redis(region, 'cache', 2),
    ...Object.fromEntries(
      numbered('sentinel', SENTINELS).map((each) => [`${name}-${each}`, sentinel(region, each)]),
    ),
  };
}

/** One member in every region: with three regions one may be lost. All links show certificates. */
function etcd({ name }: Region, regions: readonly Region[]): ComposeService {
  const url = (region: string, port: number): string => `https://etcd-${region}:${port}`;
  const members = regions.map((each) => `${each.name}=${url(each.name, 2380)}`);
  return bounded(
    {
      image: IMAGES.etcd,
      profiles: PROFILES,
      user: '10001:10001',
      environment: {
        ETCD_NAME: name,
        ETCD_DATA_DIR: '/var/lib/etcd/data',
        ETCD_LISTEN_CLIENT_URLS: 'https://0.0.0.0:2379',
        ETCD_ADVERTISE_CLIENT_URLS: url(name, 2379),
        ETCD_LISTEN_PEER_URLS: 'https://0.0.0.0:2380',
        ETCD_INITIAL_ADVERTISE_PEER_URLS: url(name, 2380),
        ETCD_LISTEN_METRICS_URLS: 'http://0.0.0.0:2381',
        ETCD_INITIAL_CLUSTER: `\${ETCD_INITIAL_CLUSTER:-${members.join(',')}}`,
        ETCD_INITIAL_CLUSTER_STATE: '${ETCD_INITIAL_CLUSTER_STATE:-new}',
        ETCD_INITIAL_CLUSTER_TOKEN: 'btcforecast',
        // Some three times the round trip between the farthest regions, and ten of those: etcd, tuning guide.
        ETCD_HEARTBEAT_INTERVAL: '300',
        ETCD_ELECTION_TIMEOUT: '3000',
        ETCD_PRE_VOTE: 'true', // whoever was cut off does not unseat the leader of the others when it comes back
        ETCD_AUTO_COMPACTION_RETENTION: '1',
        ETCD_CLIENT_CERT_AUTH: 'true',
        ETCD_TRUSTED_CA_FILE: '/run/secrets/ca.pem',
        ETCD_CERT_FILE: '/run/secrets/data.pem',
        ETCD_KEY_FILE: '/run/secrets/data-key.pem',
        ETCD_PEER_CLIENT_CERT_AUTH: 'true',
        ETCD_PEER_TRUSTED_CA_FILE: '/run/secrets/ca.pem',
        ETCD_PEER_CERT_FILE: '/run/secrets/data.pem',
        ETCD_PEER_KEY_FILE: '/run/secrets/data-key.pem',
      },
      secrets: TLS,
      volumes: [`${name}-etcd:/var/lib/etcd`],
      networks: { [`${name}-data`]: { aliases: ['etcd'] }, wan: { aliases: [`etcd-${name}`] } },
      healthcheck: health([
        'CMD',
        'etcdctl',
        `--endpoints=https://etcd-${name}:2379`,
        '--cacert=/run/secrets/ca.pem',
        '--cert=/run/secrets/data.pem',
        '--key=/run/secrets/data-key.pem',
        'endpoint',
        'health',
      ]),
    },
    { cpus: '1.0', memory: '512M' },
  );
}

/** @see deploy/patroni: what the image holds, and which replication is synchronous */
function postgres({ name }: Region): ComposeService {
  return bounded(
    {
      image: ownImage('postgres'),
      profiles: PROFILES,
      user: '10002:10002',
      hostname: `postgres-${name}`,
      environment: {
        PATRONI_NAME: `postgres-${name}`,
        PATRONI_POSTGRESQL_CONNECT_ADDRESS: `postgres-${name}:5432`,
        PATRONI_RESTAPI_CONNECT_ADDRESS: `postgres-${name}:8008`,
        // Its own under the name that all use: see deploy/patroni/run-patroni.py.
        PATRONI_ETCD3_HOSTS: `\${ETCD_HOSTS:-etcd-${name}:2379}`,
        // UTC, or `never`; and how often a backup is restored beside the cluster, to prove that it can be.
        BACKUP_AT: '${BACKUP_AT:-02:00}',
        RESTORE_DRILL_DAYS: '${RESTORE_DRILL_DAYS:-7}',
      },
      secrets: [...TLS, ...PASSWORDS, 'backup_key'],
      volumes: [`${name}-postgres:/var/lib/postgresql`, `${name}-backup:/var/lib/pgbackrest`],
      tmpfs: [
        '/tmp:size=64m,mode=1777',
        ...['/run/postgresql', '/run/patroni'].map(
          (path) => `${path}:size=16m,mode=0700,uid=10002,gid=10002`,
        ),
      ],
      networks: { [`${name}-data`]: { aliases: ['postgres'] }, wan: { aliases: [`postgres-${name}`] } },
      depends_on: healthy(`${name}-etcd`),
      stop_grace_period: '60s',
      healthcheck: health(['CMD', '/usr/local/bin/healthcheck'], 120),
    },
    { cpus: '2.0', memory: '2G', pids: 512 },
  );
}

function redis({ name }: Region, role: 'queue' | 'cache', number: number): ComposeService {
  const host = `redis-${role}-${number}`;
  const follow = number === 1 ? [] : ['--replicaof', `redis-${role}-1`, '6379'];
  return bounded(
    {
      image: IMAGES.redis,
      profiles: PROFILES,
      user: '10003:10003',
      entrypoint: ['/etc/redis/start.sh'],
      command: ['server', role, host, ...follow],
      secrets: ['redis_password'],
      volumes: ['./deploy/redis:/etc/redis:ro', `${name}-${host}:/data`],
      tmpfs: ['/tmp:size=16m,mode=1777'],
      networks: { [`${name}-app`]: { aliases: [host] } },
      healthcheck: health(['CMD', '/etc/redis/start.sh', 'ping']),
    },
    { cpus: '0.5', memory: role === 'queue' ? '512M' : '320M' },
  );
}

function sentinel({ name }: Region, host: string): ComposeService {
  return bounded(
    {
      image: IMAGES.redis,
      profiles: PROFILES,
      user: '10003:10003',
      entrypoint: ['/etc/redis/start.sh'],
      command: ['sentinel', host],
      secrets: ['redis_password'],
      volumes: ['./deploy/redis:/etc/redis:ro', `${name}-${host}:/data`],
      tmpfs: ['/tmp:size=16m,mode=1777'],
      networks: { [`${name}-app`]: { aliases: [host] } },
      depends_on: healthy(`${name}-redis-queue-1`, `${name}-redis-cache-1`),
      healthcheck: health(['CMD', '/etc/redis/start.sh', 'ping', '26379']),
    },
    { cpus: '0.25', memory: '64M' },
  );
}
