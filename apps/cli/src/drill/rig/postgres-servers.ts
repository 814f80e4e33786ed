import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RegionName, REGIONS } from './etcd-servers.js';
import { PatroniCluster } from './patroni-cluster.js';
import type { Place } from './places.js';
import type { RigBase } from './rig-base.js';
import { runProgram } from './run-program.js';
import { ownFolder, processesIn, sendSignal, startServer } from './server-processes.js';

const FILES = [
  'patroni.yml',
  'run-patroni.py',
  'pgbackrest.conf',
  'start.sh',
  'backup.py',
  'schedule.py',
  'etcd_leader.py',
].map((file) => `deploy/patroni/${file}`);

/** PostgreSQL under Patroni, a node in every region, as compose starts it. */
export class PostgresServers {
  readonly nodes: readonly Place[];
  readonly #cluster: PatroniCluster;

  constructor(private readonly base: RigBase) {
    this.nodes = REGIONS.map((region) => base.furnish(`postgres-${region}`, FILES));
    for (const { folder } of this.nodes) ownFolder(join(folder, 'run'), base.user);
    this.#cluster = new PatroniCluster(this.nodes, base.secret('ca.pem'), base.signal);
  }

  /** The first region makes the cluster; the others copy it. */
  async start(): Promise<void> {
    this.startNode(this.nodes[0]!);
    await this.until('the first node leads', async () => (await this.leader()) === this.nodes[0]);
    for (const node of this.nodes.slice(1)) this.startNode(node);
    await this.whole();
  }

  startNode(node: Place): void {
    const { environment } = this.#service(node);
    startServer(node, 'sh', [join(node.folder, 'start.sh')], { user: this.base.user, environment });
  }

  /** A whole node: Patroni, PostgreSQL, and all that they started. */
  killNode(node: Place): void {
    this.base.kill(node);
  }

  /** Patroni alone, which then neither renews its lease nor stops its PostgreSQL. */
  signalPatroni(node: Place, signal: 'SIGSTOP' | 'SIGCONT'): void {
    // PostgreSQL works in its data folder, Patroni in that of the node.
    const inData = new Set(processesIn(join(node.folder, 'data')));
    for (const pid of processesIn(node.folder)) if (!inData.has(pid)) sendSignal(pid, signal);
  }

  /** Asks Patroni to have another node lead; settled when it has done so. */
  switchOver(from: Place, to: Place): Promise<string> {
    const shown = (file: string): string => join(from.folder, 'tls', file);
    const certificates = ['--cacert', this.base.secretFile('ca.pem'), '--cert', shown('data.pem')];
    const body = JSON.stringify({ leader: from.host, candidate: to.host });
    const how = ['-fsS', '-X', 'POST', '-d', body, `https://${from.address}:8008/switchover`];
    return this.run(from, ['curl', ...certificates, '--key', shown('data-key.pem'), ...how]);
  }

  leader(): Promise<Place | null> {
    return this.#cluster.leader();
  }

  synchronousStandby(): Promise<Place | null> {
    return this.#cluster.synchronousStandby();
  }

  otherLeader(old: Place, deadlineMs: number): Promise<Place> {
    return this.#cluster.otherLeader(old, deadlineMs);
  }

  whole(deadlineMs?: number): Promise<void> {
    return this.#cluster.whole(deadlineMs);
  }

  /** The member of etcd that the node's Patroni went to last, as it says itself. */
  etcdOf({ folder }: Place): string | undefined {
    const said = readFileSync(join(folder, 'log'), 'utf8');
    return [...said.matchAll(/Selected new etcd server https:\/\/([\d.]+):/g)].at(-1)?.[1];
  }

  /** Runs a program as the node would: with its configuration and its secrets. */
  run(node: Place, command: readonly [string, ...string[]]): Promise<string> {
    const { user, signal } = this.base;
    return runProgram(node, command, { user, environment: PGBACKREST_USER, signal });
  }

  pgbackrest(node: Place, ...args: string[]): Promise<string> {
    const config = `--config=${join(node.folder, 'tls', 'pgbackrest.conf')}`;
    return this.run(node, ['pgbackrest', config, '--stanza=btcforecast', ...args]);
  }

  /** What takes, proves and restores backups in the container: deploy/patroni/backup.py. */
  backup(node: Place, ...args: string[]): Promise<string> {
    return this.run(node, [join(node.folder, 'backup.py'), ...args]);
  }

  loseData(node: Place): void {
    rmSync(join(node.folder, 'data'), { recursive: true, force: true });
  }

  /** Where the app reads and writes on that node, past the balancer. */
  url(node: Place): string {
    const password = this.base.secret('postgres_app');
    return `postgres://btcforecast:${password}@${node.address}:5432/btcforecast?sslmode=verify-full&sslrootcert=${this.base.secretFile('ca.pem')}`;
  }

  #service(node: Place) {
    const region = node.host.replace('postgres-', '') as RegionName;
    const placed = this.base.compose.placed(`${region}-postgres`, node, {
      BACKUP_AT: 'never', // a drill takes its backup when it wants one
    });
    return { ...placed, environment: { ...placed.environment, ...PGBACKREST_USER } };
  }

  until<T>(what: string, condition: () => Promise<T>, deadlineMs?: number): Promise<NonNullable<T>> {
    return this.#cluster.until(what, condition, deadlineMs);
  }
}

/** In the container the system's user is called postgres too. */
const PGBACKREST_USER = { PGBACKREST_PG1_USER: 'postgres' };
